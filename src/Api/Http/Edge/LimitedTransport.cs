using System.IO.Pipelines;
using System.Net;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace Flownally.Api.Http.Edge;

/// <summary>
/// Closes connections beyond the limit when they are accepted. Kestrel's <c>MaxConcurrentConnections</c> closes them later in queued work
/// and keeps accepting, so a burst of connections could open more files than the process may have.
/// </summary>
internal sealed class LimitedTransport(SocketTransportFactory sockets, ConnectionLimit limit) : IConnectionListenerFactory
{
    public async ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default) =>
        new Listener(await sockets.BindAsync(endpoint, cancellationToken), limit);

    private sealed class Listener(IConnectionListener inner, ConnectionLimit limit) : IConnectionListener
    {
        public EndPoint EndPoint => inner.EndPoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (await inner.AcceptAsync(cancellationToken) is { } connection)
            {
                if (limit.TryEnter())
                {
                    return new Connection(connection, limit);
                }

                connection.Abort();
                await connection.DisposeAsync();
            }

            return null;
        }

        public ValueTask UnbindAsync(CancellationToken cancellationToken = default) => inner.UnbindAsync(cancellationToken);

        public ValueTask DisposeAsync() => inner.DisposeAsync();
    }

    /// <summary>A connection that leaves the limit after its socket is closed.</summary>
    private sealed class Connection(ConnectionContext inner, ConnectionLimit limit) : ConnectionContext
    {
        private bool _left;

        public override string ConnectionId
        {
            get => inner.ConnectionId;
            set => inner.ConnectionId = value;
        }

        public override IFeatureCollection Features => inner.Features;

        public override IDictionary<object, object?> Items
        {
            get => inner.Items;
            set => inner.Items = value;
        }

        public override IDuplexPipe Transport
        {
            get => inner.Transport;
            set => inner.Transport = value;
        }

        public override EndPoint? LocalEndPoint
        {
            get => inner.LocalEndPoint;
            set => inner.LocalEndPoint = value;
        }

        public override EndPoint? RemoteEndPoint
        {
            get => inner.RemoteEndPoint;
            set => inner.RemoteEndPoint = value;
        }

        public override CancellationToken ConnectionClosed
        {
            get => inner.ConnectionClosed;
            set => inner.ConnectionClosed = value;
        }

        public override void Abort(ConnectionAbortedException abortReason) => inner.Abort(abortReason);

        public override async ValueTask DisposeAsync()
        {
            await inner.DisposeAsync();
            if (!Interlocked.Exchange(ref _left, true))
            {
                limit.Leave();
            }

            await base.DisposeAsync();
        }
    }
}

internal static class ConnectionLimitServices
{
    /// <summary>Limits the open connections of Kestrel, which uses the last registered transport.</summary>
    public static IServiceCollection LimitConnections(
        this IServiceCollection services, Func<IServiceProvider, ConnectionLimit> limit) => services
        .AddSingleton(limit)
        .AddSingleton<SocketTransportFactory>()
        .AddSingleton<IConnectionListenerFactory, LimitedTransport>();
}
