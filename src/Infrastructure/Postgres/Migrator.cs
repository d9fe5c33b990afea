using System.Globalization;
using System.Reflection;
using System.Text.RegularExpressions;
using Dapper;
using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Npgsql;

namespace Flownally.Infrastructure.Postgres;

/// <summary>
/// Migrates a database to the newest version, forward only. It runs as the owner of the tables and grants new objects to the role <see
/// cref="ApiRole"/>.
/// </summary>
public static partial class Migrator
{
    /// <summary>The role of the API, which owns nothing.</summary>
    public const string ApiRole = "flownally_api";

    /// <summary>The prefix of the sessions' application name, before the number of the program's newest migration.</summary>
    internal const string ProgramName = "flownally";

    /// <summary>The first version whose sessions contain that number.</summary>
    private const int FirstNumberedVersion = 14;

    /// <summary>Returns null for sessions older than <see cref="FirstNumberedVersion"/>.</summary>
    private const string FindPrograms = """
        SELECT DISTINCT substring(application_name FROM '[0-9]+$')::integer
        FROM   pg_stat_activity
        WHERE  datname = current_database() AND application_name ~ '^flownally( [0-9]+)?$'
        """;

    private const string SetOldestProgram = "UPDATE schema_compatibility SET oldest_program = greatest(oldest_program, @oldest)";

    private const string HasJournal = "SELECT to_regclass('schema_migrations') IS NOT NULL";

    private const string FindDone = "SELECT scriptname FROM schema_migrations";

    private const string GrantJournal = "GRANT SELECT ON schema_migrations TO flownally_api";

    /// <summary>The names of all migrations, in order.</summary>
    internal static readonly IReadOnlyList<string> Scripts =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Runs the missing migrations; any number of processes may do so at once.</summary>
    /// <param name="force">True migrates also while incompatible processes are running.</param>
    /// <returns>The names of the migrations that ran.</returns>
    /// <exception cref="MigrationRefusedException">Incompatible processes are running, or the account lacks a privilege.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task<IReadOnlyList<string>> MigrateAsync(
        string ownerConnectionString, CancellationToken cancellationToken, bool force = false)
    {
        await using var turn = await AdvisoryLock.TakeAsync(ownerConnectionString, "flownally.migrate", cancellationToken);
        await using var connection = new NpgsqlConnection(ConnectionStrings.Unpooled(ownerConnectionString));
        await connection.OpenAsync(cancellationToken);
        var missing = await FindMissingAsync(connection, cancellationToken);
        if (!force)
        {
            await RequireCompatibleProgramsAsync(connection, missing, cancellationToken);
        }

        var result = DeployChanges.To.PostgresqlDatabase(ownerConnectionString)
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly())
            .JournalToPostgresqlTable("public", "schema_migrations")
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
        {
            throw result.Error is PostgresException { SqlState: PostgresErrorCodes.InsufficientPrivilege } refused
                ? new MigrationRefusedException("The account lacks a privilege for a migration: "
                    + $"{refused.MessageText}.{(refused.Hint is { } hint ? " " + hint : "")}", refused)
                : result.Error;
        }

        await connection.ExecuteAsync(new CommandDefinition(GrantJournal, cancellationToken: cancellationToken));
        if (missing.Count > 0)
        {
            var parameters = new { oldest = missing.Max(OldestProgramWith) };
            await connection.ExecuteAsync(new CommandDefinition(SetOldestProgram, parameters, cancellationToken: cancellationToken));
        }

        return [.. result.Scripts.Select((SqlScript script) => script.Name)];
    }

    private static async Task<IReadOnlyList<string>> FindMissingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var isNew = !await connection.ExecuteScalarAsync<bool>(new CommandDefinition(HasJournal, cancellationToken: cancellationToken));
        var done = isNew ? [] : await connection.QueryAsync<string>(new CommandDefinition(FindDone, cancellationToken: cancellationToken));
        return [.. Scripts.Except(done)];
    }

    private static async Task RequireCompatibleProgramsAsync(
        NpgsqlConnection connection, IReadOnlyList<string> missing, CancellationToken cancellationToken)
    {
        var oldest = missing.Select(OldestProgramWith).DefaultIfEmpty(0).Max();
        var running = await connection.QueryAsync<int?>(new CommandDefinition(FindPrograms, cancellationToken: cancellationToken));
        var tooOld = running.Select(program => program ?? FirstNumberedVersion - 1).Where(program => program < oldest).Order().ToList();
        if (tooOld.Count > 0)
        {
            throw new MigrationRefusedException($"Processes of version {tooOld[0]:0000} are running on this database, and could not go on "
                + "after the migrations. Stop them first, or add --force.");
        }
    }

    /// <summary>
    /// The oldest program that works after a migration, from the first line of its script: the number of that program's newest migration.
    /// </summary>
    /// <returns>1 for older migrations, which have no such line.</returns>
    internal static int OldestProgramWith(string script)
    {
        using var text = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(script)!);
        var match = OldestProgram().Match(text.ReadLine()!);
        return match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 1;
    }

    [GeneratedRegex("^-- Programs from ([0-9]{4}) on may go on")]
    private static partial Regex OldestProgram();
}

/// <summary>A database was not migrated, for a reason that the operator can remove.</summary>
public sealed class MigrationRefusedException(string message, Exception? inner = null) : Exception(message, inner);
