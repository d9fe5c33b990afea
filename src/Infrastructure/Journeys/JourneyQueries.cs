using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Journeys;

internal sealed class JourneyQueries(Database database) : IJourneyQueries
{
    private const string One = """
        SELECT j.id, j.tenant_id, j.name, j.status, j.entry_mode, j.trigger_event_type_id, j.payload_filter, j.target_url, j.revision,
               j.created_at, j.updated_at, f.at AS filter_error_at, f.event_id AS filter_error_event_id, f.code AS filter_error_code
        FROM   journeys j
        LEFT   JOIN journey_filter_errors f ON f.tenant_id = j.tenant_id AND f.journey_id = j.id AND f.trigger_revision = j.trigger_revision
        WHERE  j.tenant_id = @tenant_id AND j.id = @id AND j.deleted_at IS NULL
        """;

    private const string List = """
        SELECT j.id, j.tenant_id, j.name, j.status, j.entry_mode, j.trigger_event_type_id, j.payload_filter, j.target_url, j.revision,
               j.created_at, j.updated_at, f.at AS filter_error_at, f.event_id AS filter_error_event_id, f.code AS filter_error_code
        FROM   journeys j
        LEFT   JOIN journey_filter_errors f ON f.tenant_id = j.tenant_id AND f.journey_id = j.id AND f.trigger_revision = j.trigger_revision
        WHERE  j.tenant_id = @tenant_id AND j.id < @before AND j.deleted_at IS NULL
        ORDER  BY j.id DESC
        LIMIT  @limit;

        SELECT count(*)
        FROM   journeys
        WHERE  tenant_id = @tenant_id AND deleted_at IS NULL
        """;

    /// <summary>
    /// Each case has a statement, because optional conditions have no plan that is good for all cases. Two states have their own indexes,
    /// which only a statement that names the state can use. The time of an entry is never later than its id, so the ids show where to
    /// begin, and no index on times is necessary. The error follows from the status, because older programs write no error.
    /// </summary>
    private const string ListEntries = """
        SELECT EXISTS (SELECT FROM journeys WHERE tenant_id = @tenant_id AND id = @id);

        SELECT id, journey_id, contact_id, event_id, entered_at, delivery_state, attempts, last_attempt_at, next_attempt_at, last_status,
               CASE WHEN last_status IS NULL THEN last_error WHEN last_status NOT BETWEEN 200 AND 299 THEN 'status' END AS last_error
        FROM   journey_entries
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND id < @before
        ORDER  BY id DESC
        LIMIT  @limit;

        SELECT count(*)
        FROM   journey_entries
        WHERE  tenant_id = @tenant_id AND journey_id = @id
        """;

    private const string ListEntriesBetween = """
        SELECT EXISTS (SELECT FROM journeys WHERE tenant_id = @tenant_id AND id = @id);

        SELECT id, journey_id, contact_id, event_id, entered_at, delivery_state, attempts, last_attempt_at, next_attempt_at, last_status,
               CASE WHEN last_status IS NULL THEN last_error WHEN last_status NOT BETWEEN 200 AND 299 THEN 'status' END AS last_error
        FROM   journey_entries
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND (@state::text IS NULL OR delivery_state = @state) AND id < @before
        AND    id >= uuid_at(date_trunc('milliseconds', greatest(@from::timestamptz, 'epoch')))
        AND    entered_at >= coalesce(@from::timestamptz, '-infinity') AND entered_at < coalesce(@to::timestamptz, 'infinity')
        ORDER  BY id DESC
        LIMIT  @limit;

        SELECT count(*)
        FROM   journey_entries
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND (@state::text IS NULL OR delivery_state = @state)
        AND    id >= uuid_at(date_trunc('milliseconds', greatest(@from::timestamptz, 'epoch')))
        AND    entered_at >= coalesce(@from::timestamptz, '-infinity') AND entered_at < coalesce(@to::timestamptz, 'infinity')
        """;

    private const string ListFailedEntries = """
        SELECT EXISTS (SELECT FROM journeys WHERE tenant_id = @tenant_id AND id = @id);

        SELECT id, journey_id, contact_id, event_id, entered_at, delivery_state, attempts, last_attempt_at, next_attempt_at, last_status,
               CASE WHEN last_status IS NULL THEN last_error WHEN last_status NOT BETWEEN 200 AND 299 THEN 'status' END AS last_error
        FROM   journey_entries
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND delivery_state = 'failed' AND id < @before
        AND    id >= uuid_at(date_trunc('milliseconds', greatest(@from::timestamptz, 'epoch')))
        AND    entered_at >= coalesce(@from::timestamptz, '-infinity') AND entered_at < coalesce(@to::timestamptz, 'infinity')
        ORDER  BY id DESC
        LIMIT  @limit;

        SELECT count(*)
        FROM   journey_entries
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND delivery_state = 'failed'
        AND    id >= uuid_at(date_trunc('milliseconds', greatest(@from::timestamptz, 'epoch')))
        AND    entered_at >= coalesce(@from::timestamptz, '-infinity') AND entered_at < coalesce(@to::timestamptz, 'infinity')
        """;

    private const string ListPendingEntries = """
        SELECT EXISTS (SELECT FROM journeys WHERE tenant_id = @tenant_id AND id = @id);

        SELECT id, journey_id, contact_id, event_id, entered_at, delivery_state, attempts, last_attempt_at, next_attempt_at, last_status,
               CASE WHEN last_status IS NULL THEN last_error WHEN last_status NOT BETWEEN 200 AND 299 THEN 'status' END AS last_error
        FROM   journey_entries
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND delivery_state = 'pending' AND id < @before
        AND    id >= uuid_at(date_trunc('milliseconds', greatest(@from::timestamptz, 'epoch')))
        AND    entered_at >= coalesce(@from::timestamptz, '-infinity') AND entered_at < coalesce(@to::timestamptz, 'infinity')
        ORDER  BY id DESC
        LIMIT  @limit;

        SELECT count(*)
        FROM   journey_entries
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND delivery_state = 'pending'
        AND    id >= uuid_at(date_trunc('milliseconds', greatest(@from::timestamptz, 'epoch')))
        AND    entered_at >= coalesce(@from::timestamptz, '-infinity') AND entered_at < coalesce(@to::timestamptz, 'infinity')
        """;

    private const string ListAttempts = """
        SELECT EXISTS (SELECT FROM journeys WHERE tenant_id = @tenant_id AND id = @id);

        SELECT EXISTS (SELECT FROM journey_entries WHERE tenant_id = @tenant_id AND journey_id = @id AND id = @entry);

        SELECT at, duration, status, error
        FROM   journey_attempts
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND entry_id = @entry AND at < coalesce(@before::timestamptz, 'infinity')
        ORDER  BY at DESC
        LIMIT  @limit;

        SELECT count(*)
        FROM   journey_attempts
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND entry_id = @entry
        """;

    public async Task<JourneyRevision?> FindAsync(TenantId tenant, JourneyId id, CancellationToken cancellationToken) =>
        await database.FindAsync<JourneyRow>(tenant, One, new { id = id.Value }, cancellationToken) is { } row
            ? new JourneyRevision(row.ToResponse(), row.Revision)
            : null;

    public Task<JourneyRows> ListAsync(TenantId tenant, JourneyId? before, int limit, CancellationToken cancellationToken) =>
        database.QueryMultipleAsync(tenant, List, new { before = before?.Value ?? Guid.AllBitsSet, limit }, async results =>
            new JourneyRows([.. (await results.ReadAsync<JourneyRow>()).Select(row => row.ToResponse())],
            await results.ReadSingleAsync<long>()), cancellationToken);

    public Task<JourneyEntryRows?> ListEntriesAsync(TenantId tenant, JourneyId id, EntryFilter filter, JourneyEntryId? before, int limit,
        CancellationToken cancellationToken)
    {
        var sql = filter switch
        {
            { State: DeliveryState.Failed } => ListFailedEntries,
            { State: DeliveryState.Pending } => ListPendingEntries,
            { State: null, EnteredFrom: null, EnteredTo: null } => ListEntries,
            _ => ListEntriesBetween,
        };
        var parameters = new
        {
            id = id.Value,
            state = filter.State?.Text(),
            from = filter.EnteredFrom,
            to = filter.EnteredTo,
            before = before?.Value ?? Guid.AllBitsSet,
            limit,
        };
        return database.QueryMultipleAsync(tenant, sql, parameters, async results =>
        {
            var exists = await results.ReadSingleAsync<bool>();
            var rows = new JourneyEntryRows(
                [.. (await results.ReadAsync<JourneyEntryRow>()).Select(row => row.ToResponse())],
                await results.ReadSingleAsync<long>());
            return exists ? rows : null;
        }, cancellationToken);
    }

    public Task<Result<AttemptRows>> ListAttemptsAsync(TenantId tenant, JourneyId id, JourneyEntryId entry, DateTimeOffset? before,
        int limit, CancellationToken cancellationToken)
    {
        var parameters = new { id = id.Value, entry = entry.Value, before, limit };
        return database.QueryMultipleAsync<Result<AttemptRows>>(tenant, ListAttempts, parameters, async results =>
        {
            var (hasJourney, hasEntry) = (await results.ReadSingleAsync<bool>(), await results.ReadSingleAsync<bool>());
            var rows = new AttemptRows(
                [.. (await results.ReadAsync<AttemptRow>()).Select(row => row.ToResponse())],
                await results.ReadSingleAsync<long>());
            return !hasJourney ? new JourneyNotFound(id.ToString()) : !hasEntry ? new JourneyEntryNotFound(entry.ToString()) : rows;
        }, cancellationToken);
    }

    private sealed class AttemptRow
    {
        public DateTimeOffset At { get; init; }

        public TimeSpan Duration { get; init; }

        public int? Status { get; init; }

        public DeliveryError? Error { get; init; }

        public JourneyEntryAttemptResponse ToResponse() => new()
        {
            At = At,
            Duration = Math.Round(Duration.TotalSeconds, 3),
            Status = Status,
            Error = Error,
        };
    }
}
