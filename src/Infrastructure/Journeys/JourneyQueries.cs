using Flownally.Application.Journeys;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.Journeys;

internal sealed class JourneyQueries(Database.Database database) : IJourneyQueries
{
    public const string EntryColumns = """
        id, journey_id, contact_id, event_id, entered_at, delivery_state, attempts, last_attempt_at, next_attempt_at, last_status
        """;

    /// <summary>With <c>j</c>, the latest error of the filter that the journey has now.</summary>
    public const string FilterErrors = """
        LEFT   JOIN journey_filter_errors f ON f.tenant_id = j.tenant_id AND f.journey_id = j.id AND f.trigger_revision = j.trigger_revision
        """;

    public const string FilterErrorColumns = "f.at AS filter_error_at, f.event_id AS filter_error_event_id, f.code AS filter_error_code";

    private const string Columns = $"""
        j.id, j.tenant_id, j.name, j.status, j.entry_mode, j.trigger_event_type_id, j.payload_filter, j.target_url, j.revision, j.created_at,
        j.updated_at, {FilterErrorColumns}
        """;

    private const string One = $"""
        SELECT {Columns}
        FROM   journeys j
        {FilterErrors}
        WHERE  j.tenant_id = @tenant_id AND j.id = @id AND j.deleted_at IS NULL
        """;

    private const string List = $"""
        SELECT {Columns}
        FROM   journeys j
        {FilterErrors}
        WHERE  j.tenant_id = @tenant_id AND j.id < @before AND j.deleted_at IS NULL
        ORDER  BY j.id DESC
        LIMIT  @limit;

        SELECT count(*)
        FROM   journeys
        WHERE  tenant_id = @tenant_id AND deleted_at IS NULL
        """;

    private const string ListEntries = $"""
        SELECT EXISTS (SELECT FROM journeys WHERE tenant_id = @tenant_id AND id = @id);

        SELECT {EntryColumns}
        FROM   journey_entries
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND id < @before
        ORDER  BY id DESC
        LIMIT  @limit;

        SELECT count(*)
        FROM   journey_entries
        WHERE  tenant_id = @tenant_id AND journey_id = @id
        """;

    public async Task<JourneyRevision?> FindAsync(TenantId tenant, JourneyId id, CancellationToken cancellationToken) =>
        await database.FindAsync<JourneyRow>(tenant, One, new { id = id.Value }, cancellationToken) is { } row
            ? new JourneyRevision(row.ToResponse(), row.Revision)
            : null;

    public Task<JourneyRows> ListAsync(TenantId tenant, JourneyId? before, int limit, CancellationToken cancellationToken) =>
        database.QueryMultipleAsync(tenant, List, new { before = before?.Value ?? Guid.AllBitsSet, limit }, async results => new JourneyRows(
            [.. (await results.ReadAsync<JourneyRow>()).Select(row => row.ToResponse())],
            await results.ReadSingleAsync<long>()), cancellationToken);

    public Task<JourneyEntryRows?> ListEntriesAsync(TenantId tenant, JourneyId id, JourneyEntryId? before, int limit, CancellationToken cancellationToken) =>
        database.QueryMultipleAsync(tenant, ListEntries, new { id = id.Value, before = before?.Value ?? Guid.AllBitsSet, limit }, async results =>
        {
            var exists = await results.ReadSingleAsync<bool>();
            var rows = new JourneyEntryRows(
                [.. (await results.ReadAsync<JourneyEntryRow>()).Select(row => row.ToResponse())],
                await results.ReadSingleAsync<long>());
            return exists ? rows : null;
        }, cancellationToken);
}
