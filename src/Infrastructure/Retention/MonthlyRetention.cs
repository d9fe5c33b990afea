using System.Globalization;
using System.Runtime.CompilerServices;
using Dapper;
using Flownally.Application.Retention;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Flownally.Infrastructure.Retention;

/// <summary>
/// Drops a month in short steps. Each step reads its state from the database, so a process can be killed at any time. Retention runs as the
/// owner of the tables, and recording never waits for it.
/// </summary>
/// <param name="connectionString">Connects as the account that owns the tables.</param>
internal sealed class MonthlyRetention(
    string connectionString, DatabaseReadiness readiness, IOptions<RetentionOptions> options, TimeProvider clock) : IRetention
{
    /// <summary>Attempts of a step that cannot take its locks: a minute in all.</summary>
    private const int MaxAttempts = 8;

    /// <summary>Blocks of event_keys that one transaction sweeps: 512 KiB, about 5,000 keys.</summary>
    private const int BlocksPerStep = 64;

    private const string MonthFormat = "yyyy-MM";
    private const string TableFormat = "'events_'yyyy_MM";

    /// <summary>The pause before the third attempt; each later pause is longer by the same time.</summary>
    private static readonly TimeSpan PauseStep = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The lock timeout is shorter than PostgreSQL's deadlock check (1 s), which could end a reader, and short enough that a waiting step
    /// does not delay the feed.
    /// </summary>
    private const string SetUp = "SET lock_timeout = '100ms'; SET statement_timeout = 0";

    private const string OwnsTables = """
        SELECT pg_has_role(relowner, 'USAGE')
        FROM   pg_class
        WHERE  oid = 'events'::regclass
        """;

    /// <summary>The expired partitions; the partition whose drop has begun comes first. Their names sort by time.</summary>
    private const string FindExpired = """
        SELECT c.relname::text AS name,
               CASE WHEN i.inhrelid IS NULL THEN 'detached' WHEN i.inhdetachpending THEN 'detaching' ELSE 'attached' END AS state
        FROM   pg_class c
        CROSS  JOIN retention r
        LEFT   JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = 'events'::regclass
        WHERE  c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = 'events'::regclass)
        AND    c.relname ~ '^events_\d{4}_\d{2}$'
        AND    (c.relname = r.dropping OR (i.inhrelid IS NOT NULL AND c.relname < @first_kept))
        ORDER  BY c.relname IS DISTINCT FROM r.dropping, c.relname
        """;

    private const string CountEvents = """
        SELECT coalesce(sum(n), 0)::bigint
        FROM   event_counts
        WHERE  month = @month
        """;

    /// <summary>From now on the month's keys count as absent, and feed cursors in the month as expired.</summary>
    private const string MarkExpired = """
        UPDATE retention r
        SET    dropping = @name,
               oldest_kept = greatest(oldest_kept, uuid_at((@month + interval '1 month') AT TIME ZONE 'UTC')),
               (transaction_id, position) = (
                   SELECT p.transaction_id, p.position
                   FROM   ((SELECT e.transaction_id, e.position
                            FROM   events e
                            WHERE  e.id >= uuid_at(@month::timestamp AT TIME ZONE 'UTC')
                            AND    e.id < uuid_at((@month + interval '1 month') AT TIME ZONE 'UTC')
                            ORDER  BY e.transaction_id DESC, e.position DESC
                            LIMIT  1)
                           UNION ALL
                           SELECT r.transaction_id, r.position) AS p
                   ORDER  BY p.transaction_id DESC, p.position DESC
                   LIMIT  1)
        """;

    private const string DropCounts = """
        DELETE FROM event_counts
        WHERE  month = @month
        """;

    private const string ClearDropping = """
        UPDATE retention
        SET    dropping = NULL
        """;

    private const string FindExpiredKeys = """
        SELECT oldest_kept, pg_relation_size('event_keys') / current_setting('block_size')::bigint AS blocks
        FROM   retention
        WHERE  keys_swept < oldest_kept
        """;

    /// <summary>Reads each block of the table once. No block is missed: keys are never updated, and new keys are not expired.</summary>
    private const string SweepKeys = """
        DELETE FROM event_keys
        WHERE  ctid >= @start::tid AND ctid < @end::tid
        AND    event_id < @oldest_kept
        """;

    private const string MarkSwept = """
        UPDATE retention
        SET    keys_swept = @oldest_kept
        """;

    public async Task<IReadOnlyList<ExpiredMonth>> ListAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Months is null)
        {
            return [];
        }

        await using var connection = await OpenAsync(cancellationToken);
        var months = new List<ExpiredMonth>();
        foreach (var partition in await FindExpiredAsync(connection, cancellationToken))
        {
            var events = await connection.ExecuteScalarAsync<long>(
                new CommandDefinition(CountEvents, new { month = partition.Month }, cancellationToken: cancellationToken));
            months.Add(new ExpiredMonth(partition.MonthText, events));
        }

        return months;
    }

    public async Task<RetentionOutcome?> ApplyAsync(CancellationToken cancellationToken)
    {
        if (options.Value.Months is null)
        {
            return new RetentionOutcome([], 0, null);
        }

        await using var connection = await OpenAsync(cancellationToken);
        if (!await connection.ExecuteScalarAsync<bool>(new CommandDefinition(OwnsTables, cancellationToken: cancellationToken)))
        {
            return new RetentionOutcome([], 0, $"The account {connection.UserName} does not own the tables. "
                + "Set ConnectionStrings__FlownallyOwner for the service, or for: flownally retention apply");
        }

        await using var retentionLock = await AdvisoryLock.TryTakeAsync(connectionString, "flownally.retention", cancellationToken);
        if (retentionLock is null)
        {
            return null;
        }

        var (dropped, keys) = (new List<string>(), 0L);
        try
        {
            while (await RetryOnLockTimeoutAsync(() => StepAsync(connection, cancellationToken), cancellationToken) is { } partition)
            {
                if (partition.State == State.Detached)
                {
                    dropped.Add(partition.MonthText);
                }
            }

            await foreach (var deleted in SweepKeysAsync(connection, cancellationToken))
            {
                keys += deleted;
            }

            return new RetentionOutcome(dropped, keys, null);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return new RetentionOutcome(dropped, keys,
                "An older transaction still uses the expired events. They are dropped by the next run after that transaction ends.");
        }
    }

    /// <summary>Advances the next partition by one step. Its name is part of the SQL, because a table name cannot be a parameter.</summary>
    /// <returns>The partition before the step; null if none is left.</returns>
    private async Task<Partition?> StepAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var partition = (await FindExpiredAsync(connection, cancellationToken)).FirstOrDefault();
        switch (partition?.State)
        {
            case State.Attached:
                await ExecuteAsync(MarkExpired);
                await ExecuteAsync($"ALTER TABLE events DETACH PARTITION {partition.Name} CONCURRENTLY");
                break;
            case State.Detaching: // new snapshots no longer see the partition, so its counts go first; older snapshots delay the rest
                await ExecuteAsync(DropCounts);
                await ExecuteAsync($"ALTER TABLE events DETACH PARTITION {partition.Name} FINALIZE");
                break;
            case State.Detached: // one transaction; for milliseconds after detaching, the counts are too high
                await ExecuteAsync($"DROP TABLE {partition.Name}; {DropCounts}; {ClearDropping}");
                break;
        }

        return partition;

        Task ExecuteAsync(string sql) => connection.ExecuteAsync(
            new CommandDefinition(sql, new { name = partition.Name, month = partition.Month }, cancellationToken: cancellationToken));
    }

    /// <returns>The number of keys that each transaction deleted.</returns>
    private async IAsyncEnumerable<int> SweepKeysAsync(NpgsqlConnection connection,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var expired = await connection.QuerySingleOrDefaultAsync<ExpiredKeys>(
            new CommandDefinition(FindExpiredKeys, cancellationToken: cancellationToken));
        if (expired is null)
        {
            yield break;
        }

        for (var block = 0L; block < expired.Blocks; block += BlocksPerStep)
        {
            var parameters = new { start = $"({block},0)", end = $"({block + BlocksPerStep},0)", oldest_kept = expired.OldestKept };
            yield return await RetryOnLockTimeoutAsync(
                () => connection.ExecuteAsync(new CommandDefinition(SweepKeys, parameters, cancellationToken: cancellationToken)),
                cancellationToken);
        }

        await connection.ExecuteAsync(
            new CommandDefinition(MarkSwept, new { oldest_kept = expired.OldestKept }, cancellationToken: cancellationToken));
    }

    /// <summary>
    /// Retries a step after a lock timeout, the first time at once: a detaching that timed out has still hidden the partition, and the
    /// counts must follow.
    /// </summary>
    private async Task<T> RetryOnLockTimeoutAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await step();
            }
            catch (PostgresException exception)
                when (exception.SqlState == PostgresErrorCodes.LockNotAvailable && failures < MaxAttempts - 1)
            {
                await Task.Delay(failures * PauseStep, clock, cancellationToken);
            }
        }
    }

    private async Task<IEnumerable<Partition>> FindExpiredAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var firstKept = options.Value.FirstKept(clock.GetUtcNow()).ToString(TableFormat, CultureInfo.InvariantCulture);
        return await connection.QueryAsync<Partition>(
            new CommandDefinition(FindExpired, new { first_kept = firstKept }, cancellationToken: cancellationToken));
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken)
    {
        await readiness.EnsureAsync(cancellationToken);
        var connection = new NpgsqlConnection(ConnectionStrings.ForRetention(connectionString));
        await connection.OpenAsync(cancellationToken);
        await connection.ExecuteAsync(new CommandDefinition(SetUp, cancellationToken: cancellationToken));
        return connection;
    }

    private enum State
    {
        Attached,
        Detaching,
        Detached,
    }

    private sealed class Partition
    {
        public string Name { get; init; } = "";

        public State State { get; init; }

        public DateOnly Month => DateOnly.ParseExact(Name, TableFormat, CultureInfo.InvariantCulture);

        public string MonthText => Month.ToString(MonthFormat, CultureInfo.InvariantCulture);
    }

    private sealed class ExpiredKeys
    {
        public Guid OldestKept { get; init; }

        public long Blocks { get; init; }
    }
}
