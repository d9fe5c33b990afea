using Dapper;
using Flownally.Application;
using Npgsql;

namespace Flownally.Infrastructure.Database;

/// <summary>
/// What must be true before the first statement of a process: the migrations are done, partitions lie ahead, and the
/// feed's clock is past every stored event. Checked once, by whichever call comes first after the database is there.
/// </summary>
internal sealed class DatabaseReadiness(NpgsqlDataSource dataSource, TimeProvider clock) : IDisposable
{
    private const string MigrationsDone = $"SELECT count(*) FROM {Migrator.Journal}";

    private const string Prepare = "SELECT align_feed_clock(), create_event_partitions(@through)";

    /// <summary>How far ahead partitions are made; looked after daily, so that this is also the longest rest of the job.</summary>
    private const int MonthsAhead = 3;

    private readonly SemaphoreSlim _turn = new(1);
    private volatile bool _ready;

    /// <exception cref="DatabaseUnavailableException">The migrations have not been run.</exception>
    public async ValueTask EnsureAsync(CancellationToken cancellationToken)
    {
        if (_ready)
        {
            return;
        }

        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (!_ready)
            {
                await PrepareAsync(cancellationToken);
            }
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Makes the partitions of the coming months, again and again over the life of a process.</summary>
    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        await using var connection = await dataSource.OpenConnectionAsync(cancellationToken);
        if (await CountMigrationsAsync(connection, cancellationToken) < Migrator.Scripts.Count)
        {
            throw new DatabaseUnavailableException("The database lacks migrations; run: flownally migrate");
        }

        var through = DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime).AddMonths(MonthsAhead);
        await connection.ExecuteAsync(new CommandDefinition(Prepare, new { through }, cancellationToken: cancellationToken));
        _ready = true;
    }

    public void Dispose() => _turn.Dispose();

    private static async Task<long> CountMigrationsAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        try
        {
            return await connection.ExecuteScalarAsync<long>(new CommandDefinition(MigrationsDone, cancellationToken: cancellationToken));
        }
        catch (PostgresException exception) when (exception.SqlState is PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InsufficientPrivilege)
        {
            return 0;
        }
    }
}
