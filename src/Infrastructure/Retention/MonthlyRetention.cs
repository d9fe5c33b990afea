using System.Globalization;
using System.Runtime.CompilerServices;
using Dapper;
using Flownally.Application.Retention;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Flownally.Infrastructure.Retention;

/// <summary>
/// Drops a month in steps, each short and each begun anew from what the database says, so that it can be killed anywhere.
/// It works as the owner of the tables, and recording never waits for it.
/// </summary>
/// <param name="connectionString">Of the account that owns the tables.</param>
internal sealed class MonthlyRetention(string connectionString, DatabaseReadiness readiness, IOptions<RetentionOptions> options, TimeProvider clock)
    : IRetention
{
    /// <summary>Tries of a step whose locks others hold: a minute in all.</summary>
    private const int Tries = 8;

    /// <summary>Blocks of event_keys that are swept in one transaction: 512 KiB, some 5,000 keys.</summary>
    private const int BlocksTogether = 64;

    private const string MonthFormat = "yyyy-MM";
    private const string TableFormat = "'events_'yyyy_MM";

    /// <summary>Before the third try, and so much longer before each further one.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The session gives up a lock sooner than PostgreSQL looks for deadlocks (after 1 s), in which a reader could be the one that is ended,
    /// and so that a step that waits does not hold back the feed.
    /// </summary>
    private const string SetUp = "SET lock_timeout = '100ms'; SET statement_timeout = 0";

    private const string OwnsTables = """
        SELECT pg_has_role(relowner, 'USAGE')
        FROM   pg_class
        WHERE  oid = 'events'::regclass
        """;

    /// <summary>The partitions that lie beyond, the one that is under way first. Their names sort by time.</summary>
    private const string Beyond = """
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

    private const string CountOf = """
        SELECT coalesce(sum(n), 0)::bigint
        FROM   event_counts
        WHERE  month = @month
        """;

    /// <summary>From here on the keys of the month count as absent, and a cursor of the feed that lies in it as expired.</summary>
    private const string Announce = """
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

    private const string End = """
        UPDATE retention
        SET    dropping = NULL
        """;

    private const string Sweepable = """
        SELECT oldest_kept, pg_relation_size('event_keys') / current_setting('block_size')::bigint AS blocks
        FROM   retention
        WHERE  keys_swept < oldest_kept
        """;

    /// <summary>Reads the table as it lies, each block once: keys are never updated, and new ones are not expired.</summary>
    private const string SweepKeys = """
        DELETE FROM event_keys
        WHERE  ctid >= @start::tid AND ctid < @end::tid
        AND    event_id < @oldest_kept
        """;

    private const string Swept = """
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
        foreach (var partition in await BeyondAsync(connection, cancellationToken))
        {
            var events = await connection.ExecuteScalarAsync<long>(new CommandDefinition(CountOf, new { month = partition.Month }, cancellationToken: cancellationToken));
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
            return new RetentionOutcome([], 0, $"The account {connection.UserName} does not own the tables. Set ConnectionStrings__FlownallyOwner for the service, or for: flownally retention apply");
        }

        await using var turn = await AdvisoryLock.TryTakeAsync(connectionString, "flownally.retention", cancellationToken);
        if (turn is null)
        {
            return null;
        }

        var (dropped, keys) = (new List<string>(), 0L);
        try
        {
            while (await PatientlyAsync(() => StepAsync(connection, cancellationToken), cancellationToken) is { } partition)
            {
                if (partition.State == State.Detached)
                {
                    dropped.Add(partition.MonthText);
                }
            }

            await foreach (var some in SweepKeysAsync(connection, cancellationToken))
            {
                keys += some;
            }

            return new RetentionOutcome(dropped, keys, null);
        }
        catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            return new RetentionOutcome(dropped, keys, "A transaction that began earlier still looks at what is to be dropped; it goes when that ends and retention is applied again.");
        }
    }

    /// <summary>Takes the next partition a step further. A table's name cannot be a parameter, so the SQL holds it.</summary>
    /// <returns>The partition as it was before the step; null where none is left.</returns>
    private async Task<Partition?> StepAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var partition = (await BeyondAsync(connection, cancellationToken)).FirstOrDefault();
        switch (partition?.State)
        {
            case State.Attached:
                await ExecuteAsync(Announce);
                await ExecuteAsync($"ALTER TABLE events DETACH PARTITION {partition.Name} CONCURRENTLY");
                break;
            case State.Detaching: // those who read an older state hold it up, while nobody else sees it: so its counts go first
                await ExecuteAsync(DropCounts);
                await ExecuteAsync($"ALTER TABLE events DETACH PARTITION {partition.Name} FINALIZE");
                break;
            case State.Detached: // one transaction; the counts are too high since the detaching, for milliseconds
                await ExecuteAsync($"DROP TABLE {partition.Name}; {DropCounts}; {End}");
                break;
        }

        return partition;

        Task ExecuteAsync(string sql) => connection.ExecuteAsync(new CommandDefinition(sql, new { name = partition.Name, month = partition.Month }, cancellationToken: cancellationToken));
    }

    /// <returns>How many keys each transaction deleted.</returns>
    private async IAsyncEnumerable<int> SweepKeysAsync(NpgsqlConnection connection,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var expired = await connection.QuerySingleOrDefaultAsync<ExpiredKeys>(new CommandDefinition(Sweepable, cancellationToken: cancellationToken));
        if (expired is null)
        {
            yield break;
        }

        for (var block = 0L; block < expired.Blocks; block += BlocksTogether)
        {
            var some = new { start = $"({block},0)", end = $"({block + BlocksTogether},0)", oldest_kept = expired.OldestKept };
            yield return await PatientlyAsync(() => connection.ExecuteAsync(new CommandDefinition(SweepKeys, some, cancellationToken: cancellationToken)), cancellationToken);
        }

        await connection.ExecuteAsync(new CommandDefinition(Swept, new { oldest_kept = expired.OldestKept }, cancellationToken: cancellationToken));
    }

    /// <summary>
    /// Does again what could not have its locks, the first time at once: a detaching that had to wait shows already, and the
    /// counts follow it.
    /// </summary>
    private async Task<T> PatientlyAsync<T>(Func<Task<T>> step, CancellationToken cancellationToken)
    {
        for (var failures = 0; ; failures++)
        {
            try
            {
                return await step();
            }
            catch (PostgresException exception) when (exception.SqlState == PostgresErrorCodes.LockNotAvailable && failures < Tries - 1)
            {
                await Task.Delay(failures * Pause, clock, cancellationToken);
            }
        }
    }

    private async Task<IEnumerable<Partition>> BeyondAsync(NpgsqlConnection connection, CancellationToken cancellationToken)
    {
        var firstKept = options.Value.FirstKept(clock.GetUtcNow()).ToString(TableFormat, CultureInfo.InvariantCulture);
        return await connection.QueryAsync<Partition>(new CommandDefinition(Beyond, new { first_kept = firstKept }, cancellationToken: cancellationToken));
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
