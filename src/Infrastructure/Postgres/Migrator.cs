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
/// Brings a database to the newest version, forward only. Runs as the owner of the tables; what it makes is granted to
/// the role <see cref="ApiRole"/>, as which everything else works.
/// </summary>
public static partial class Migrator
{
    /// <summary>The role of the API: it owns nothing.</summary>
    public const string ApiRole = "flownally_api";

    /// <summary>How sessions name themselves, before the number of the newest migration that their program knows.</summary>
    internal const string ProgramName = "flownally";

    /// <summary>The first version whose sessions tell their number.</summary>
    private const int FirstThatTells = 14;

    /// <summary>Of sessions of before <see cref="FirstThatTells"/> null.</summary>
    private const string FindPrograms = """
        SELECT DISTINCT substring(application_name FROM '[0-9]+$')::integer
        FROM   pg_stat_activity
        WHERE  datname = current_database() AND application_name ~ '^flownally( [0-9]+)?$'
        """;

    private const string SetOldestProgram = "UPDATE schema_compatibility SET oldest_program = greatest(oldest_program, @oldest)";

    private const string HasJournal = "SELECT to_regclass('schema_migrations') IS NOT NULL";

    private const string FindDone = "SELECT scriptname FROM schema_migrations";

    private const string ShowJournal = "GRANT SELECT ON schema_migrations TO flownally_api";

    /// <summary>The names of all migrations, in their order.</summary>
    internal static readonly IReadOnlyList<string> Scripts =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Runs the migrations that are missing; any number of processes may do so at once.</summary>
    /// <param name="force">Even where processes are running that could not go on.</param>
    /// <returns>The names of those that were run.</returns>
    /// <exception cref="MigrationRefusedException">Processes of an older version are running that could not go on, or the account lacks a privilege.</exception>
    /// <exception cref="NpgsqlException">The database cannot be reached.</exception>
    public static async Task<IReadOnlyList<string>> MigrateAsync(string ownerConnectionString, CancellationToken cancellationToken, bool force = false)
    {
        await using var turn = await AdvisoryLock.TakeAsync(ownerConnectionString, "flownally.migrate", cancellationToken);
        await using var connection = new NpgsqlConnection(ConnectionStrings.Unpooled(ownerConnectionString));
        await connection.OpenAsync(cancellationToken);
        var missing = await FindMissingAsync(connection, cancellationToken);
        if (!force)
        {
            await RequireThatAllCanGoOnAsync(connection, missing, cancellationToken);
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
                ? new MigrationRefusedException($"The account may not do what a migration does: {refused.MessageText}.{(refused.Hint is { } hint ? " " + hint : "")}", refused)
                : result.Error;
        }

        await connection.ExecuteAsync(new CommandDefinition(ShowJournal, cancellationToken: cancellationToken));
        if (missing.Count > 0)
        {
            await connection.ExecuteAsync(new CommandDefinition(SetOldestProgram, new { oldest = missing.Max(OldestProgramWith) }, cancellationToken: cancellationToken));
        }

        return [.. result.Scripts.Select((SqlScript script) => script.Name)];
    }

    private static async Task<IReadOnlyList<string>> FindMissingAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var isNew = !await connection.ExecuteScalarAsync<bool>(new CommandDefinition(HasJournal, cancellationToken: cancellationToken));
        var done = isNew ? [] : await connection.QueryAsync<string>(new CommandDefinition(FindDone, cancellationToken: cancellationToken));
        return [.. Scripts.Except(done)];
    }

    private static async Task RequireThatAllCanGoOnAsync(NpgsqlConnection connection, IReadOnlyList<string> missing, CancellationToken cancellationToken)
    {
        var oldest = missing.Select(OldestProgramWith).DefaultIfEmpty(0).Max();
        var running = await connection.QueryAsync<int?>(new CommandDefinition(FindPrograms, cancellationToken: cancellationToken));
        var tooOld = running.Select(program => program ?? FirstThatTells - 1).Where(program => program < oldest).Order().ToList();
        if (tooOld.Count > 0)
        {
            throw new MigrationRefusedException($"Processes of version {tooOld[0]:0000} are running on this database, and could not go on after the migrations. Stop them first, or add --force.");
        }
    }

    /// <summary>The oldest program that can go on after a migration, as its first line says: the number of that program's newest migration.</summary>
    /// <returns>For the migrations of before there were such lines, the first of all.</returns>
    internal static int OldestProgramWith(string script)
    {
        using var text = new StreamReader(Assembly.GetExecutingAssembly().GetManifestResourceStream(script)!);
        return OldestProgram().Match(text.ReadLine()!) is { Success: true } match ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : 1;
    }

    [GeneratedRegex("^-- Programs from ([0-9]{4}) on may go on")]
    private static partial Regex OldestProgram();
}

/// <summary>A database is not migrated, for a reason that its operator can change.</summary>
public sealed class MigrationRefusedException(string message, Exception? inner = null) : Exception(message, inner);
