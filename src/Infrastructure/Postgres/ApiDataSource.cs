using Dapper;
using Flownally.Application;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Sessions of the API. Each is set up and looked at before its first use: whether it is on a server, and on tables, that this program
/// can work with. A session that is not fit is closed, and whoever asked for it learns why.
/// </summary>
internal static class ApiDataSource
{
    /// <summary>Of PostgreSQL.</summary>
    private const int OldestVersion = 15;

    private const int Patience = 5;

    /// <summary>
    /// The session works as <see cref="Migrator.ApiRole"/> and gives up early, so that a call is answered while its caller still waits, and
    /// an abandoned transaction cannot hold back the feed. Statements are planned once, and not compiled: planning one anew for its values,
    /// or compiling it, costs more than most take.
    /// </summary>
    private const string SetUp = """
        SELECT set_config('role', 'flownally_api', false),
               set_config('idle_in_transaction_session_timeout', '10s', false),
               set_config('statement_timeout', '30s', false),
               set_config('plan_cache_mode', 'force_generic_plan', false),
               set_config('jit', 'off', false)
        """;

    private const string Look = """
        SELECT current_setting('server_version_num')::integer / 10000, pg_encoding_to_char(encoding), clock_timestamp()
        FROM   pg_database
        WHERE  datname = current_database()
        """;

    private const string LookAtTables = """
        SELECT count(*)::integer, (SELECT oldest_program FROM schema_compatibility)
        FROM   schema_migrations
        """;

    private const string LacksMigrations = "The database lacks migrations; run: flownally migrate";

    private const string VerifyFeedClock = "SELECT verify_feed_clock()";

    /// <param name="name">Of the pool, in metrics.</param>
    public static NpgsqlDataSource Create(
        string connectionString, DatabaseOptions options, TimeProvider clock, string name = "api", ILoggerFactory? log = null)
    {
        var builder = new NpgsqlDataSourceBuilder(ConnectionStrings.ForApi(connectionString)) { Name = name };
        builder.UseLoggerFactory(log);
        builder.UsePhysicalConnectionInitializer(
            _ => throw new NotSupportedException("Sessions are opened asynchronously."),
            connection => PrepareAsync(connection, options, clock));
        return builder.Build();
    }

    /// <exception cref="DatabaseUnavailableException">The session is not fit.</exception>
    private static async Task PrepareAsync(NpgsqlConnection connection, DatabaseOptions options, TimeProvider clock)
    {
        try
        {
            CheckServer(await connection.QuerySingleAsync<(int, string, DateTimeOffset)>(Look, commandTimeout: Patience), options, clock);
            await connection.ExecuteAsync(SetUp, commandTimeout: Patience);
            CheckTables(await connection.QuerySingleAsync<(int, int)>(LookAtTables, commandTimeout: Patience));
            await connection.ExecuteAsync(VerifyFeedClock, commandTimeout: Patience);
        }
        catch (PostgresException exception) when (Obstacle(exception) is { } reason)
        {
            throw new DatabaseUnavailableException(reason, exception);
        }
    }

    private static void CheckServer((int Version, string Encoding, DateTimeOffset Now) server, DatabaseOptions options, TimeProvider clock)
    {
        if (server.Version < OldestVersion)
        {
            throw new DatabaseUnavailableException($"The server is PostgreSQL {server.Version}; it must be {OldestVersion} or newer.");
        }

        if (server.Encoding != "UTF8")
        {
            throw new DatabaseUnavailableException($"The database's encoding is {server.Encoding}; it must be UTF8. Create the database anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0");
        }

        var skew = (clock.GetUtcNow() - server.Now).Duration();
        if (skew > options.MaxClockSkew)
        {
            throw new DatabaseUnavailableException($"The clocks of this machine and of the database's differ by {skew.TotalMinutes:0} minutes; at most {options.MaxClockSkew.TotalMinutes:0} are allowed.");
        }
    }

    private static void CheckTables((int Migrations, int OldestProgram) tables)
    {
        if (tables.Migrations < Migrator.Scripts.Count)
        {
            throw new DatabaseUnavailableException(LacksMigrations);
        }

        if (tables.OldestProgram > Migrator.Scripts.Count)
        {
            throw new DatabaseUnavailableException("The database was brought to a version that this program is too old for. Install the newer program.");
        }
    }

    private static string? Obstacle(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction => LacksMigrations,
        PostgresErrorCodes.InvalidParameterValue => LacksMigrations, // there is no such role
        PostgresErrorCodes.InsufficientPrivilege => $"The database's account may not work as {Migrator.ApiRole}. As the owner of the tables: GRANT {Migrator.ApiRole} TO the account",
        _ => null,
    };
}
