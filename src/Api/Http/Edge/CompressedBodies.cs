using Flownally.Api.Compression;
using Flownally.Api.Http.Binding;
using Microsoft.AspNetCore.RequestDecompression;

namespace Flownally.Api.Http.Edge;

/// <summary>
/// Decompresses request bodies. Size limits apply to the decompressed bytes. A decoder buffers no more than it has decompressed, so <see
/// cref="BodyMemory"/> limits its memory too.
/// </summary>
internal static class CompressedBodies
{
    public static IServiceCollection AddCompressedBodies(this IServiceCollection services) => services.AddRequestDecompression(bodies =>
    {
        var providers = bodies.DecompressionProviders;
        providers.Clear(); // deflate is ambiguous: senders disagree on its format (RFC 9110 §8.4.1.2)
        providers["gzip"] = providers["x-gzip"] = new Provider(body => new WholeGZipStream(body)); // §8.4.1.3
        providers["br"] = new Provider(body => new WholeBrotliStream(body));
    });

    private sealed class Provider(Func<Stream, Stream> decompress) : IDecompressionProvider
    {
        public Stream GetDecompressionStream(Stream stream) => decompress(stream);
    }
}
