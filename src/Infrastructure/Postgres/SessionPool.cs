using Flownally.Application;
using Flownally.Application.Sharing;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// A pool of sessions that tenants share. A tenant holds at most half of them, so its slow statements leave sessions for the others. Work
/// for all tenants, such as the dispatcher and the look-up of API keys, counts as one more tenant.
/// </summary>
internal sealed class SessionPool(NpgsqlDataSource dataSource, bool isShared = true) : IAsyncDisposable
{
    /// <summary>A wait for a place has the same timeout as a wait for a session.</summary>
    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(Settings(dataSource).Timeout);

    /// <summary>Null if the sessions are not shared.</summary>
    private readonly FairShares<Guid>? _places = isShared ? new(Math.Max(2, Settings(dataSource).MaxPoolSize)) : null;

    /// <summary>The maximum number of sessions.</summary>
    public int Size { get; } = Settings(dataSource).MaxPoolSize;

    /// <summary>
    /// Opens a session. A caller must dispose it before it opens another one; a caller that holds one and waits for a second may wait for
    /// ever.
    /// </summary>
    /// <exception cref="DatabaseUnavailableException">The tenant's share was in use for longer than the timeout.</exception>
    public async ValueTask<Session> OpenAsync(TenantScope scope, CancellationToken cancellationToken)
    {
        var sharer = scope.Tenants is [var tenant] ? tenant : Guid.Empty;
        var place = _places is null ? null : await EnterAsync(_places, sharer, cancellationToken);
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

    /// <summary>Closes all sessions, those in use when they are returned, so that new ones are opened and verified.</summary>
    public void Renew() => dataSource.Clear();

    public ValueTask DisposeAsync() => dataSource.DisposeAsync();

    private ValueTask<IDisposable> EnterAsync(FairShares<Guid> places, Guid sharer, CancellationToken cancellationToken) =>
        places.TryEnter(sharer) is { } place ? new(place) : WaitAsync(places, sharer, cancellationToken);

    private async ValueTask<IDisposable> WaitAsync(FairShares<Guid> places, Guid sharer, CancellationToken cancellationToken)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(_timeout);
        try
        {
            return await places.EnterAsync(sharer, timeout.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DatabaseUnavailableException("All sessions that the tenant may hold are in use.", exception);
        }
    }

    private static NpgsqlConnectionStringBuilder Settings(NpgsqlDataSource dataSource) => new(dataSource.ConnectionString);
}

/// <summary>A session in use. Disposing it returns first the session, then the place.</summary>
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
