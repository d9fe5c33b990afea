using System.Net;
using System.Net.Sockets;

namespace Flownally.Infrastructure.Webhooks;

/// <summary>
/// Opens connections to hosts that tenants choose. It resolves the name once, checks every address, and connects only to checked addresses,
/// which prevents DNS rebinding.
/// </summary>
/// <param name="allows">Whether webhooks may connect to an address at a port.</param>
/// <param name="resolve">Returns the addresses of a name.</param>
internal sealed class CheckedConnector(Func<IPAddress, int, bool> allows, Func<string, CancellationToken, Task<IPAddress[]>> resolve)
{
    /// <exception cref="AddressNotAllowedException">An address is not allowed; then no connection is attempted.</exception>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var host = context.DnsEndPoint.Host.TrimEnd('.'); // `localhost.` is not in DNS
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
