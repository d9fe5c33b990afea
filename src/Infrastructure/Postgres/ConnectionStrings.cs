using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// How sessions are opened, each for its work. What is set in a session is set by a statement, because poolers refuse connections that bring
/// settings of their own.
/// </summary>
public static class ConnectionStrings
{
    /// <summary>
    /// Sessions in a pool, unless a connection string asks for more or fewer. Statements that wait for a session wait in order; more at
    /// a time than PostgreSQL has cores for only delay one another. Three processes fit into the 100 that a server allows by default.
    /// </summary>
    private static readonly int MostSessions = Math.Clamp(4 * Environment.ProcessorCount, 8, 25);

    /// <summary>The program and its newest migration. <c>migrate</c> reads in <c>pg_stat_activity</c> whether older programs are running.</summary>
    private static readonly string Program = $"{Migrator.ProgramName} {Migrator.Scripts.Count:0000}";

    /// <summary>For a session that ends with its user.</summary>
    internal static string Unpooled(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;

    /// <summary>Whether sessions can be asked for by it. Nothing is connected to.</summary>
    public static bool IsUsable(string connectionString)
    {
        try
        {
            using var sessions = NpgsqlDataSource.Create(ForApi(connectionString));
            return true;
        }
        catch (Exception exception) when (exception is ArgumentException or FormatException or InvalidOperationException or NotSupportedException)
        {
            return false;
        }
    }

    /// <summary>The server and the database, such as <c>db.example.com/flownally</c>, without an account or a password.</summary>
    public static string PlaceOf(string connectionString)
    {
        var parts = new NpgsqlConnectionStringBuilder(connectionString);
        var hosts = (parts.Host ?? "").Split(',')
            .Select(host => parts.Port == NpgsqlConnection.DefaultPort || host.Contains(':', StringComparison.Ordinal)
                ? host
                : $"{host}:{parts.Port}");
        return string.Join('/', new[] { string.Join(',', hosts), parts.Database ?? parts.Username }.OfType<string>());
    }

    /// <summary>
    /// Nothing may be set in a session that outlives a transaction, for it is handed on as it is: to reset it takes PostgreSQL seven
    /// statements each time. A statement has no time limit of its own here: one that writes must never be cancelled (decision 25).
    /// </summary>
    internal static string ForApi(string connectionString) => new NpgsqlConnectionStringBuilder($"Maximum Pool Size={MostSessions};" + connectionString)
    {
        ApplicationName = Program,
        MaxAutoPrepare = 50,
        NoResetOnClose = true,
        Timeout = 5,
        CommandTimeout = 0,
        ReadBufferSize = 32 * 1024, // a page of a list arrives whole, not in several turns
    }.ConnectionString;

    /// <summary>The session hears of every NOTIFY as long as it lasts, so it is not handed on.</summary>
    internal static string ForListening(string connectionString) => new NpgsqlConnectionStringBuilder(connectionString)
    {
        ApplicationName = Program,
        Timeout = 5,
        Pooling = false,
    }.ConnectionString;

    /// <summary>Not pooled, for it is used once a day.</summary>
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
