using System.Net.Sockets;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Opens sessions with the primary among the servers of a connection string. Npgsql finds the primary by itself where the old one refuses
/// connections. A server that hangs, or that a broken network hides, refuses nothing, so a statement that gets no answer starts a search.
/// Decision 25.
/// </summary>
internal sealed class PrimarySessions : IAsyncDisposable
{
    private const string IsPrimary = "SELECT NOT pg_is_in_recovery()";

    /// <summary>How long a server may take to answer a search.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    private readonly Func<string, SessionPool> _create;
    private readonly string[] _servers;
    private readonly Lock _gate = new();
    private readonly List<SessionPool> _left = [];
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

    /// <summary>Names first the server that a search found.</summary>
    public string ConnectionString => _connectionString;

    /// <summary>How many sessions there are at most.</summary>
    public int Size => _pool.Size;

    /// <summary>
    /// How many times the service has left a server that did not answer. A statement that began before the last move waits in vain.
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
    /// Asks all servers, for a second. Where the present server does not answer and another one is the primary, new sessions go there.
    /// Calls at the same time share one search.
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
        foreach (var pool in _left.Append(_pool))
        {
            await pool.DisposeAsync();
        }
    }

    private async Task MoveIfNeededAsync()
    {
        var present = _server;
        var primaries = (await Task.WhenAll(_servers.Select(AskAsync))).OfType<Primary>().ToList();
        if (primaries is [var primary, ..] && primaries.TrueForAll(other => other.Name != present))
        {
            Move(primary.Server);
        }
    }

    private void Move(string server)
    {
        var servers = string.Join(',', [server, .. _servers.Where(other => other != server)]);
        var (left, connectionString) = (_pool, new NpgsqlConnectionStringBuilder(_connectionString) { Host = servers }.ConnectionString);
        (_connectionString, _pool, _server) = (connectionString, _create(connectionString), null);
        _moves++;
        _left.Add(left); // not disposed yet: a call may be about to open a session with it
        left.Renew();
    }

    /// <summary>Has a limit of its own, because Npgsql's take longer with a server that hangs.</summary>
    /// <returns>Null where the server is no primary, or does not answer in time.</returns>
    private async Task<Primary?> AskAsync(string server)
    {
        var settings = new NpgsqlConnectionStringBuilder(ConnectionStrings.Unpooled(_connectionString))
        {
            Host = server,
            Timeout = 1,
            CommandTimeout = 1,
        };
        settings.Remove("Target Session Attributes"); // Npgsql takes these for several servers only
        settings.Remove("Load Balance Hosts");
        try
        {
            return await AskAsync(server, settings.ConnectionString).WaitAsync(Patience);
        }
        catch (Exception exception) when (exception is NpgsqlException or SocketException or TimeoutException)
        {
            return null;
        }
    }

    private static async Task<Primary?> AskAsync(string server, string connectionString)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var ask = new NpgsqlCommand(IsPrimary, connection);
        return await ask.ExecuteScalarAsync() is true ? new Primary(server, NameOf(connection)) : null;
    }

    private static string NameOf(NpgsqlConnection connection) => $"{connection.Host}:{connection.Port}";

    /// <param name="Server">As the connection string names it.</param>
    /// <param name="Name">As its sessions name it.</param>
    private sealed record Primary(string Server, string Name);
}
