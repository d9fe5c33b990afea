using System.Net.Sockets;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Opens sessions with the primary among the servers of a connection string. Npgsql finds the primary if the old one refuses connections. A
/// server that hangs or is cut off refuses nothing, so a statement without an answer starts a search. Decision 25.
/// </summary>
internal sealed class PrimarySessions : IAsyncDisposable
{
    private const string IsPrimary = "SELECT NOT pg_is_in_recovery()";

    /// <summary>The time in which a server must answer a search.</summary>
    private static readonly TimeSpan SearchTimeout = TimeSpan.FromSeconds(1);

    private readonly Func<string, SessionPool> _create;
    private readonly string[] _servers;
    private readonly Lock _gate = new();
    private readonly List<SessionPool> _abandoned = [];
    private volatile string _connectionString;
    private volatile SessionPool _pool;
    private volatile string? _server;
    private volatile int _moves;
    private Task _search = Task.CompletedTask;

    /// <param name="create">Makes a pool from a connection string.</param>
    public PrimarySessions(string connectionString, Func<string, SessionPool> create)
    {
        (_connectionString, _create, _pool) = (connectionString, create, create(connectionString));
        _servers = new NpgsqlConnectionStringBuilder(connectionString).Host?.Split(',', StringSplitOptions.TrimEntries) ?? [];
    }

    /// <summary>The connection string. After a search, its first server is the primary.</summary>
    public string ConnectionString => _connectionString;

    /// <summary>The maximum number of sessions.</summary>
    public int Size => _pool.Size;

    /// <summary>
    /// How often the service has abandoned a server that did not answer. A statement that began before the last move gets no answer.
    /// </summary>
    public int Moves => _moves;

    /// <inheritdoc cref="SessionPool.OpenAsync"/>
    public async ValueTask<Session> OpenAsync(TenantScope scope, CancellationToken cancellationToken)
    {
        var session = await _pool.OpenAsync(scope, cancellationToken);
        if (_servers.Length > 1)
        {
            _server = NameOf(session.Connection);
        }

        return session;
    }

    /// <inheritdoc cref="SessionPool.Renew"/>
    public void Renew() => _pool.Renew();

    /// <summary>
    /// Queries all servers, for at most a second. If the current server does not answer and another one is the primary, new sessions go
    /// there. Concurrent calls share one search.
    /// </summary>
    public Task SearchAsync()
    {
        if (_servers.Length < 2)
        {
            return Task.CompletedTask;
        }

        lock (_gate)
        {
            return _search.IsCompleted ? _search = MoveIfNeededAsync() : _search;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var pool in _abandoned.Append(_pool))
        {
            await pool.DisposeAsync();
        }
    }

    private async Task MoveIfNeededAsync()
    {
        var current = _server;
        var primaries = (await Task.WhenAll(_servers.Select(FindPrimaryAsync))).OfType<Primary>().ToList();
        if (primaries is [var primary, ..] && primaries.TrueForAll(other => other.Name != current))
        {
            Move(primary.Server);
        }
    }

    private void Move(string server)
    {
        var servers = string.Join(',', [server, .. _servers.Where(other => other != server)]);
        var abandoned = _pool;
        var connectionString = new NpgsqlConnectionStringBuilder(_connectionString) { Host = servers }.ConnectionString;
        (_connectionString, _pool, _server) = (connectionString, _create(connectionString), null);
        _moves++;
        _abandoned.Add(abandoned); // not disposed yet: a call may be opening a session in it
        abandoned.Renew();
    }

    /// <summary>Has its own timeout, because Npgsql's timeouts take longer if a server hangs.</summary>
    /// <returns>Null if the server is not the primary or does not answer in time.</returns>
    private async Task<Primary?> FindPrimaryAsync(string server)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionStrings.Unpooled(_connectionString))
        {
            Host = server,
            Timeout = 1,
            CommandTimeout = 1,
        };
        settings.Remove("Target Session Attributes"); // Npgsql accepts this setting only with several servers
        settings.Remove("Load Balance Hosts");
        try
        {
            return await FindPrimaryAsync(server, settings.ConnectionString).WaitAsync(SearchTimeout);
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            return null;
        }
    }

    private static async Task<Primary?> FindPrimaryAsync(string server, string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(IsPrimary, connection);
        return await command.ExecuteScalarAsync() is true ? new Primary(server, NameOf(connection)) : null;
    }

    private static string NameOf(NpgsqlConnection connection) => $"{connection.Host}:{connection.Port}";

    /// <param name="Server">The name in the connection string.</param>
    /// <param name="Name">The name in its sessions.</param>
    private sealed record Primary(string Server, string Name);
}
