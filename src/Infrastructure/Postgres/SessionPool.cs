using Flownally.Application;
using Flownally.Application.Sharing;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Sessions of PostgreSQL that the tenants share: none of them holds more than half, so that slow statements of one leave room for the
/// others. What works for all tenants, such as the dispatcher and the look-up of API keys, shares as if it were one more tenant.
/// </summary>
internal sealed class SessionPool(NpgsqlDataSource dataSource, bool isShared = true) : IAsyncDisposable
{
    /// <summary>Who waits for a place is refused as soon as one who waits for a session.</summary>
    private readonly TimeSpan _patience = TimeSpan.FromSeconds(Settings(dataSource).Timeout);

    /// <summary>Null where one user has all sessions.</summary>
    private readonly FairShares<Guid>? _places = isShared ? new(Math.Max(2, Settings(dataSource).MaxPoolSize)) : null;

    /// <summary>How many there are at most.</summary>
    public int Size { get; } = Settings(dataSource).MaxPoolSize;

    /// <summary>Opens a session. It must be disposed before its user asks for another one: who holds one and waits for a second can wait for ever.</summary>
    /// <exception cref="DatabaseUnavailableException">The tenant's share was in use for too long.</exception>
    public async ValueTask<Session> OpenAsync(TenantScope scope, CancellationToken cancellationToken)
    {
        var place = _places is null ? null : await EnterAsync(_places, scope.Tenants is [var tenant] ? tenant : Guid.Empty, cancellationToken);
        try
        {
            return new Session(await dataSource.OpenConnectionAsync(cancellationToken), place);
        }
        catch
        {
            place?.Dispose();
            throw;
        }
    }

    /// <summary>Closes all sessions, those in use as soon as they are free, so that new ones are opened and verified.</summary>
    public void Renew() => dataSource.Clear();

    public ValueTask DisposeAsync() => dataSource.DisposeAsync();

    private ValueTask<IDisposable> EnterAsync(FairShares<Guid> places, Guid sharer, CancellationToken cancellationToken) =>
        places.TryEnter(sharer) is { } place ? new(place) : WaitAsync(places, sharer, cancellationToken);

    private async ValueTask<IDisposable> WaitAsync(FairShares<Guid> places, Guid sharer, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(_patience);
        try
        {
            return await places.EnterAsync(sharer, patience.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DatabaseUnavailableException("All sessions that the tenant may hold are in use.", exception);
        }
    }

    private static NpgsqlConnectionStringBuilder Settings(NpgsqlDataSource dataSource) => new(dataSource.ConnectionString);
}

/// <summary>A session in use. Disposing it gives back first the session, then the place.</summary>
internal readonly struct Session(NpgsqlConnection connection, IDisposable? place) : IAsyncDisposable
{
    public NpgsqlConnection Connection => connection;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await connection.DisposeAsync();
        }
        finally
        {
            place?.Dispose();
        }
    }
}
