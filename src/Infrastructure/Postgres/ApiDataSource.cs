using Dapper;
using Flownally.Application;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Sessions of the API. Each session is set up and checked before its first use: the server and the tables must fit this program. An unfit
/// session is closed, and the caller receives the reason.
/// </summary>
internal static class ApiDataSource
{
    /// <summary>The oldest supported version of PostgreSQL.</summary>
    private const int OldestVersion = 15;

    private const int TimeoutSeconds = 5;

    /// <summary>
    /// The session takes the role <see cref="Migrator.ApiRole"/>. Its timeouts answer a call while the caller still waits, and end an
    /// abandoned transaction, which would delay the feed. Statements use generic plans without JIT, because replanning or compiling costs
    /// more than most statements take.
    /// </summary>
    private const string SetUp = """
        SELECT set_config('role', 'flownally_api', false),
               set_config('idle_in_transaction_session_timeout', '10s', false),
               set_config('statement_timeout', '30s', false),
               set_config('plan_cache_mode', 'force_generic_plan', false),
               set_config('jit', 'off', false)
        """;

    private const string ReadServer = """
        SELECT current_setting('server_version_num')::integer / 10000, pg_encoding_to_char(encoding), clock_timestamp()
        FROM   pg_database
        WHERE  datname = current_database()
        """;

    private const string ReadMigrations = """
        SELECT count(*)::integer, (SELECT oldest_program FROM schema_compatibility)
        FROM   schema_migrations
        """;

    private const string LacksMigrations = "The database lacks migrations; run: flownally migrate";

    private const string VerifyFeedClock = "SELECT verify_feed_clock()";

    /// <param name="name">The pool's name in metrics.</param>
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

    /// <exception cref="DatabaseUnavailableException">The session is unfit.</exception>
    private static async Task PrepareAsync(NpgsqlConnection connection, DatabaseOptions options, TimeProvider clock)
    {
        try
        {
            var server = await connection.QuerySingleAsync<(int, string, DateTimeOffset)>(ReadServer, commandTimeout: TimeoutSeconds);
            CheckServer(server, options, clock);
            await connection.ExecuteAsync(SetUp, commandTimeout: TimeoutSeconds);
            CheckTables(await connection.QuerySingleAsync<(int, int)>(ReadMigrations, commandTimeout: TimeoutSeconds));
            await connection.ExecuteAsync(VerifyFeedClock, commandTimeout: TimeoutSeconds);
        }
        catch (PostgresException exception) when (ReasonFor(exception) is { } reason)
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
            throw new DatabaseUnavailableException($"The database's encoding is {server.Encoding}; it must be UTF8. "
                + "Create the database anew: CREATE DATABASE … ENCODING 'UTF8' TEMPLATE template0");
        }

        var skew = (clock.GetUtcNow() - server.Now).Duration();
        if (skew > options.MaxClockSkew)
        {
            throw new DatabaseUnavailableException($"The clocks of this machine and of the database's differ by "
                + $"{skew.TotalMinutes:0} minutes; at most {options.MaxClockSkew.TotalMinutes:0} are allowed.");
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
            throw new DatabaseUnavailableException(
                "The database was brought to a version that this program is too old for. Install the newer program.");
        }
    }

    private static string? ReasonFor(PostgresException exception) => exception.SqlState switch
    {
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.UndefinedFunction => LacksMigrations,
        PostgresErrorCodes.InvalidParameterValue => LacksMigrations, // there is no such role
        PostgresErrorCodes.InsufficientPrivilege => $"The database's account may not work as {Migrator.ApiRole}. "
            + $"As the owner of the tables: GRANT {Migrator.ApiRole} TO the account",
        _ => null,
    };
}
