using System.Net;
using System.Net.Sockets;

namespace Flownally.Infrastructure.Webhooks;

/// <summary>
/// Opens connections to hosts that others name: resolves the name once, checks every address, and connects to what was checked.
/// A name that resolves to another address a moment later (DNS rebinding) gains nothing by it.
/// </summary>
/// <param name="allows">Whether an address may be connected to at a port.</param>
/// <param name="resolve">Finds the addresses of a name.</param>
internal sealed class CheckedConnector(Func<IPAddress, int, bool> allows, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    /// <exception cref="AddressNotAllowedException">One of the addresses is not allowed; then none is tried.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host.TrimEnd('.'); // as in `localhost.`, which is in no DNS
        var addresses = IPAddress.TryParse(host, out var address) ? [address] : await resolve(host, cancellationToken);
        if (!Array.TrueForAll(addresses, candidate => allows(candidate, context.DnsEndPoint.Port)))
        {
            throw new AddressNotAllowedException();
        }

        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            await socket.ConnectAsync(addresses, context.DnsEndPoint.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}

internal sealed class AddressNotAllowedException() : Exception("An address of the host, or the port, is not allowed.");
