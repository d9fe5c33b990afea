using System.Reflection;
using Dapper;
using DbUp;
using DbUp.Engine;
using DbUp.Engine.Output;
using Npgsql;

namespace Flownally.Infrastructure.Database;

/// <summary>
/// Brings a database to the newest version, forward only. Runs as the owner of the tables; what it makes is granted to
/// the role <see cref="ApiRole"/>, as which everything else works.
/// </summary>
public static class Migrator
{
    /// <summary>The role of the API: it owns nothing.</summary>
    public const string ApiRole = "flownally_api";

    internal const string Journal = "schema_migrations";

    private const string ShowJournal = $"GRANT SELECT ON {Journal} TO {ApiRole}";

    /// <summary>The names of all migrations, in their order.</summary>
    internal static readonly IReadOnlyList<string> Scripts =
    [
        .. Assembly.GetExecutingAssembly().GetManifestResourceNames()
            .Where(name => name.EndsWith(".sql", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>Runs the migrations that are missing; any number of processes may do so at once.</summary>
    /// <returns>The names of those that were run.</returns>
    /// <exception cref="NpgsqlException">The database cannot be reached, or the account may not make tables and roles.</exception>
    public static async Task<IReadOnlyList<string>> MigrateAsync(string ownerConnectionString, CancellationToken cancellationToken)
    {
        await using var turn = await AdvisoryLock.TakeAsync(ownerConnectionString, "flownally.migrate", cancellationToken);
        var result = DeployChanges.To.PostgresqlDatabase(ownerConnectionString)
            .WithScriptsEmbeddedInAssembly(Assembly.GetExecutingAssembly())
            .JournalToPostgresqlTable("public", Journal)
            .WithTransactionPerScript()
            .WithVariablesDisabled()
            .LogTo(new NoOpUpgradeLog())
            .Build()
            .PerformUpgrade();
        if (!result.Successful)
        {
            throw result.Error;
        }

        await using var connection = new NpgsqlConnection(ownerConnectionString);
        await connection.ExecuteAsync(new CommandDefinition(ShowJournal, cancellationToken: cancellationToken));
        return [.. result.Scripts.Select((SqlScript script) => script.Name)];
    }
}
