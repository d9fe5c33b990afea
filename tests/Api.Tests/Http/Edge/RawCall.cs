using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace Flownally.Api.Tests.Http.Edge;

/// <summary>Bytes on a connection, for what no client would send.</summary>
internal static class RawCall
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <param name="request">One byte for each character.</param>
    public static async Task<RawAnswer> SendAsync(Uri service, string request)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var client = new TcpClient();
        await client.ConnectAsync(service.Host, service.Port, patience.Token);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(request), patience.Token);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var status = await reader.ReadLineAsync(patience.Token) ?? "";
        var headers = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        while (await reader.ReadLineAsync(patience.Token) is { Length: > 0 } line)
        {
            var (name, value) = line.Split(':', 2) switch { var parts => (parts[0], parts[1].Trim()) };
            headers[name] = value;
        }

        var body = headers.GetValueOrDefault("Content-Length") == "0" ? "" : headers.GetValueOrDefault("Transfer-Encoding") == "chunked"
            ? await ReadChunksAsync(reader, patience.Token)
            : await reader.ReadToEndAsync(patience.Token);
        return new RawAnswer(status.Length == 0 ? 0 : int.Parse(status.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), headers, body);
    }

    private static async Task<string> ReadChunksAsync(StreamReader reader, CancellationToken cancellationToken)
    {
        var body = new StringBuilder();
        while (await reader.ReadLineAsync(cancellationToken) is { } size && size != "0")
        {
            body.AppendLine(await reader.ReadLineAsync(cancellationToken)); // answers to refusals are one line
        }

        return body.ToString();
    }
}

internal sealed record RawAnswer(int Status, IReadOnlyDictionary<string, string> Headers, string Body)
{
    public string? Code => Body.Length == 0 ? null : (string?)JsonNode.Parse(Body)!["code"];
}
