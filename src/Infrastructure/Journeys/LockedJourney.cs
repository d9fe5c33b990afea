using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Journeys;

/// <summary>A row of <c>journeys</c> under a lock that also protects its intervals.</summary>
internal sealed class LockedJourney(Journey journey, DatabaseTransaction transaction) : ILockedJourney
{
    /// <summary>
    /// A separate statement before the count: it waits for other transactions that activate a journey about the same type. It runs before
    /// any write, so that the transaction has no id while it waits; an id would delay readers of the feed.
    /// </summary>
    private const string LockCount =
        "SELECT pg_advisory_xact_lock(hashtextextended('flownally.active-journeys ' || @tenant_id::uuid || ' ' || @type::uuid, 0))";

    private const string CountOthers = """
        SELECT count(*)
        FROM   journeys
        WHERE  tenant_id = @tenant_id AND trigger_event_type_id = @type AND status = 'active' AND deleted_at IS NULL AND id <> @id
        """;

    private const string Update = """
        UPDATE journeys
        SET    name = @name, status = @status, entry_mode = @entry_mode, trigger_event_type_id = @type, payload_filter = @filter::json,
               target_url = @url, target_secret = @secret, revision = @revision, trigger_revision = @trigger_revision,
               updated_at = @updated_at
        WHERE  tenant_id = @tenant_id AND id = @id
        """;

    private const string EndInterval = """
        UPDATE journey_activations
        SET    to_tx = pg_current_xact_id()::text::bigint + (SELECT hold_feed_offset())
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND to_tx IS NULL
        """;

    private const string BeginInterval = """
        INSERT INTO journey_activations (tenant_id, journey_id, from_tx, event_type_id, payload_filter, entry_mode, trigger_revision)
        VALUES (@tenant_id, @id, pg_current_xact_id()::text::bigint + (SELECT hold_feed_offset()), @type, @filter::json, @entry_mode,
                @trigger_revision)
        """;

    /// <summary>
    /// If the tenant has a backlog, events that are not dispatched yet get no entries, because a backlog can be large and pausing must end
    /// entries. Earlier intervals are cut too, if they are not dispatched completely.
    /// </summary>
    private const string CutIntervals = """
        UPDATE journey_activations a
        SET    cut_tx = b.transaction_id, cut_position = b.position
        FROM   journey_backlogs b
        WHERE  a.tenant_id = @tenant_id AND a.journey_id = @id
        AND    b.tenant_id = a.tenant_id
        AND    a.to_tx > b.transaction_id AND a.cut_tx IS NULL
        """;

    private const string Delete = """
        UPDATE journeys
        SET    deleted_at = @now
        WHERE  tenant_id = @tenant_id AND id = @id
        """;

    private const string Redeliver = """
        UPDATE journey_entries
        SET    delivery_state = 'pending', attempts = 0, next_attempt_at = @now, redeliveries = redeliveries + 1,
               redelivered_at = clock_timestamp()
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND id = @entry
        RETURNING id, journey_id, contact_id, event_id, entered_at, delivery_state, attempts, last_attempt_at, next_attempt_at, last_status,
                  CASE WHEN last_status IS NULL THEN last_error WHEN last_status NOT BETWEEN 200 AND 299 THEN 'status' END AS last_error
        """;

    /// <summary>
    /// Skips entries that already wait for an immediate attempt, and entries that were redelivered since the walk began, so that a repeated
    /// request for a page counts no entry twice. Failed entries have their own index, which only a statement that names the state can use.
    /// </summary>
    private const string RedeliverFailed = """
        WITH chosen AS MATERIALIZED (
            SELECT id
            FROM   journey_entries
            WHERE  tenant_id = @tenant_id AND journey_id = @id AND delivery_state = 'failed' AND id > @after
            AND    id >= uuid_at(date_trunc('milliseconds', greatest(@from::timestamptz, 'epoch')))
            AND    entered_at >= coalesce(@from::timestamptz, '-infinity') AND entered_at < coalesce(@to::timestamptz, 'infinity')
            AND    (redelivered_at IS NULL OR redelivered_at < coalesce(@began::timestamptz, now()))
            AND    NOT (delivery_state = 'pending' AND attempts = 0)
            ORDER  BY id
            LIMIT  @limit
            FOR    NO KEY UPDATE
        ), again AS (
            UPDATE journey_entries e
            SET    delivery_state = 'pending', attempts = 0, next_attempt_at = @now, redeliveries = redeliveries + 1,
                   redelivered_at = clock_timestamp()
            FROM   chosen c
            WHERE  e.tenant_id = @tenant_id AND e.journey_id = @id AND e.id = c.id
            RETURNING e.id
        )
        SELECT (SELECT count(*)::integer FROM again) AS redelivered, coalesce(@began::timestamptz, now()) AS began,
               (SELECT id FROM chosen ORDER BY id DESC LIMIT 1) AS last
        """;

    private const string RedeliverInStates = """
        WITH chosen AS MATERIALIZED (
            SELECT id
            FROM   journey_entries
            WHERE  tenant_id = @tenant_id AND journey_id = @id AND delivery_state = ANY(@states) AND id > @after
            AND    id >= uuid_at(date_trunc('milliseconds', greatest(@from::timestamptz, 'epoch')))
            AND    entered_at >= coalesce(@from::timestamptz, '-infinity') AND entered_at < coalesce(@to::timestamptz, 'infinity')
            AND    (redelivered_at IS NULL OR redelivered_at < coalesce(@began::timestamptz, now()))
            AND    NOT (delivery_state = 'pending' AND attempts = 0)
            ORDER  BY id
            LIMIT  @limit
            FOR    NO KEY UPDATE
        ), again AS (
            UPDATE journey_entries e
            SET    delivery_state = 'pending', attempts = 0, next_attempt_at = @now, redeliveries = redeliveries + 1,
                   redelivered_at = clock_timestamp()
            FROM   chosen c
            WHERE  e.tenant_id = @tenant_id AND e.journey_id = @id AND e.id = c.id
            RETURNING e.id
        )
        SELECT (SELECT count(*)::integer FROM again) AS redelivered, coalesce(@began::timestamptz, now()) AS began,
               (SELECT id FROM chosen ORDER BY id DESC LIMIT 1) AS last
        """;

    public Journey Journey { get; } = journey;

    public async Task<Error?> SaveAsync(Journey changed, int? activeLimit, CancellationToken cancellationToken)
    {
        if (activeLimit is { } max && await ExceedsLimitAsync(changed, max, cancellationToken))
        {
            return new LimitReached("active journeys about one event type", max);
        }

        if (changed.TriggerConfig != Journey.TriggerConfig
            && await JourneyRepository.LockTypeAsync(transaction, changed, cancellationToken) is { } unknown)
        {
            return unknown;
        }

        var columns = JourneyRepository.Columns(changed);
        await transaction.ExecuteAsync(Update, columns, cancellationToken);
        if (changed.Activation != Journey.Activation)
        {
            await transaction.ExecuteAsync(EndInterval, columns, cancellationToken);
            await transaction.ExecuteAsync(changed.Activation is null ? CutIntervals : BeginInterval, columns, cancellationToken);
        }

        return null;
    }

    public async Task DeleteAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(Delete, new { id = Journey.Id.Value, now }, cancellationToken);
        await transaction.ExecuteAsync(EndInterval, new { id = Journey.Id.Value }, cancellationToken);
        await transaction.ExecuteAsync(CutIntervals, new { id = Journey.Id.Value }, cancellationToken);
    }

    public async Task<JourneyEntryResponse?> RedeliverAsync(JourneyEntryId entry, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var parameters = new { id = Journey.Id.Value, entry = entry.Value, now };
        return (await transaction.FindAsync<JourneyEntryRow>(Redeliver, parameters, cancellationToken))?.ToResponse();
    }

    public async Task<RedeliveredPage> RedeliverAsync(
        RedeliverySelection selection, RedeliveryPosition? after, int limit, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            id = Journey.Id.Value,
            after = after?.LastEntry.Value ?? Guid.Empty,
            began = after?.StartedAt,
            states = selection.States.Select(state => state.Text()).ToArray(),
            from = selection.EnteredFrom,
            to = selection.EnteredTo,
            limit,
            now,
        };
        var sql = selection.States is [DeliveryState.Failed] ? RedeliverFailed : RedeliverInStates;
        var page = (await transaction.FindAsync<RedeliveredRow>(sql, parameters, cancellationToken))!;
        return new RedeliveredPage(
            page.Redelivered, page.Redelivered == limit ? new RedeliveryPosition(page.Began, page.Last!.Value) : null);
    }

    public Task CommitAsync(CancellationToken cancellationToken) => transaction.CommitAsync(cancellationToken);

    public ValueTask DisposeAsync() => transaction.DisposeAsync();

    /// <summary>Only a journey that starts to react to a type can exceed the limit; active journeys stay active.</summary>
    private async Task<bool> ExceedsLimitAsync(Journey changed, int limit, CancellationToken cancellationToken)
    {
        var type = changed.Activation?.TriggerConfig.EventTypeId;
        if (type is null || type == Journey.Activation?.TriggerConfig.EventTypeId)
        {
            return false;
        }

        var parameters = new { type = type.Value.Value, id = Journey.Id.Value };
        await transaction.ExecuteAsync(LockCount, parameters, cancellationToken);
        return await transaction.FindAsync<long>(CountOthers, parameters, cancellationToken) >= limit;
    }

    private sealed class RedeliveredRow
    {
        public int Redelivered { get; init; }

        public DateTimeOffset Began { get; init; }

        public JourneyEntryId? Last { get; init; }
    }
}
