using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Connection strings for each kind of session. Settings of a session are set by a statement, because poolers refuse connections with
/// settings in their startup message.
/// </summary>
public static class ConnectionStrings
{
    /// <summary>
    /// Sessions in a pool, if the connection string sets no number. Statements wait for a session in order, and more parallel statements
    /// than PostgreSQL has cores delay each other. Three processes fit into the 100 sessions that a server allows by default.
    /// </summary>
    private static readonly int MaxSessions = Math.Clamp(4 * Environment.ProcessorCount, 8, 25);

    /// <summary>
    /// The program and the number of its newest migration. <c>migrate</c> reads it in <c>pg_stat_activity</c> to find older programs.
    /// </summary>
    private static readonly string Program = $"{Migrator.ProgramName} {Migrator.Scripts.Count:0000}";

    /// <summary>For a session without a pool, which ends when it is disposed.</summary>
    internal static string Unpooled(string connectionString) =>
        new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;

    /// <summary>Whether Npgsql accepts the connection string. This method opens no connection.</summary>
    public static bool IsUsable(string connectionString)
    {
        try
        {
            using var sessions = NpgsqlDataSource.Create(ForApi(connectionString));
            return true;
        }
        catch (Exception exception) when (exception
            is ArgumentException or FormatException or InvalidOperationException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>The server and the database, such as <c>db.example.com/flownally</c>, without account and password.</summary>
    public static string ServerAndDatabase(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        var hosts = (parts.Host ?? "").Split(',')
            .Select(host => parts.Port == NpgsqlConnection.DefaultPort || host.Contains(':', StringComparison.Ordinal)
                ? host
                : $"{host}:{parts.Port}");
        return string.Join('/', new[] { string.Join(',', hosts), parts.Database ?? parts.Username }.OfType<string>());
    }

    /// <summary>
    /// A pooled session is reused without a reset, which costs seven statements, so no setting may outlive its transaction. There is no
    /// command timeout, because a statement that writes must never be cancelled (decision 25).
    /// </summary>
    internal static string ForApi(string connectionString) => new NpgsqlConnectionStringBuilder(
        $"Maximum Pool Size={MaxSessions};" + connectionString)
    {
        ApplicationName = Program,
        MaxAutoPrepare = 50,
        NoResetOnClose = true,
        Timeout = 5,
        CommandTimeout = 0,
        ReadBufferSize = 32 * 1024, // fits a page of a list
    }.ConnectionString;

    /// <summary>For a session that receives notifications until it ends, so it is not pooled.</summary>
    internal static string ForListening(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = Program,
        Timeout = 5,
        Pooling = false,
    }.ConnectionString;

    /// <summary>Not pooled, because retention runs once a day.</summary>
    internal static string ForRetention(string ownerConnectionString) => new NpgsqlConnectionStringBuilder(ownerConnectionString)
    {
        ApplicationName = "flownally-retention",
        CommandTimeout = 60,
        Pooling = false,
    }.ConnectionString;

    internal static string ForLeadership(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = "flownally-leader",
        Timeout = 5,
        CommandTimeout = 5,
    }.ConnectionString;
}
