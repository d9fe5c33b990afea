using Flownally.Api.Compression;
using Flownally.Api.Http.Binding;
using Microsoft.AspNetCore.RequestDecompression;

namespace Flownally.Api.Http.Edge;

/// <summary>
/// Bodies may be compressed. The limits hold for what is decompressed, which is counted as it is read. A decoder keeps no more than it has
/// decompressed, so <see cref="BodyMemory"/> bounds it, too.
/// </summary>
internal static class CompressedBodies
{
    public static IServiceCollection AddCompressedBodies(this IServiceCollection services) => services.AddRequestDecompression(bodies =>
    {
        var providers = bodies.DecompressionProviders;
        providers.Clear(); // of deflate senders disagree on what its name means (RFC 9110 §8.4.1.2)
        providers["gzip"] = providers["x-gzip"] = new Provider(body => new WholeGZipStream(body)); // §8.4.1.3
        providers["br"] = new Provider(body => new WholeBrotliStream(body));
    });

    private sealed class Provider(Func<Stream, Stream> decompress) : IDecompressionProvider
    {
        public Stream GetDecompressionStream(Stream stream) => decompress(stream);
    }
}
