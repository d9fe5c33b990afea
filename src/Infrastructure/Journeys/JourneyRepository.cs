using System.Data;
using System.Text;
using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Journeys;

internal sealed class JourneyRepository(Database database) : IJourneyRepository
{
    /// <summary>
    /// A separate statement before a journey starts to use the type. It waits for a transaction that deletes the type. A later deletion
    /// waits for this transaction and then sees the journey.
    /// </summary>
    private const string LockType = """
        SELECT id
        FROM   event_types
        WHERE  tenant_id = @tenant_id AND id = @type
        FOR    SHARE
        """;

    private const string Insert = """
        INSERT INTO journeys (tenant_id, id, name, status, entry_mode, trigger_event_type_id, payload_filter, target_url, target_secret,
                              revision, trigger_revision, created_at, updated_at)
        VALUES (@tenant_id, @id, @name, @status, @entry_mode, @type, @filter::json, @url, @secret,
                @revision, @trigger_revision, @created_at, @updated_at)
        """;

    /// <summary>
    /// A separate statement before the count: it waits for other transactions that add a journey to the tenant, and the count then includes
    /// their journeys.
    /// </summary>
    private const string LockCount = "SELECT pg_advisory_xact_lock(hashtextextended('flownally.journeys ' || @tenant_id::uuid, 0))";

    private const string Count = """
        SELECT count(*)
        FROM   journeys
        WHERE  tenant_id = @tenant_id AND deleted_at IS NULL
        """;

    /// <summary>
    /// Not a row lock: with several waiting transactions, a row lock assigns a transaction its id before its turn, and intervals, whose
    /// bounds are these ids, would overlap.
    /// </summary>
    private const string Lock = "SELECT pg_advisory_xact_lock(hashtextextended('flownally.journey ' || @id::uuid, 0))";

    private const string Find = """
        SELECT j.id, j.tenant_id, j.name, j.status, j.entry_mode, j.trigger_event_type_id, j.payload_filter, j.target_url, j.target_secret,
               j.revision, j.trigger_revision, j.created_at, j.updated_at,
               f.at AS filter_error_at, f.event_id AS filter_error_event_id, f.code AS filter_error_code
        FROM   journeys j
        LEFT   JOIN journey_filter_errors f ON f.tenant_id = j.tenant_id AND f.journey_id = j.id AND f.trigger_revision = j.trigger_revision
        WHERE  j.tenant_id = @tenant_id AND j.id = @id AND j.deleted_at IS NULL
        """;

    public async Task<Error?> AddAsync(Journey journey, int? limit, CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(journey.TenantId, IsolationLevel.ReadCommitted, cancellationToken);
        if (limit is { } max)
        {
            await transaction.ExecuteAsync(LockCount, null, cancellationToken);
            if (await transaction.FindAsync<long>(Count, null, cancellationToken) >= max)
            {
                return new LimitReached("journeys", max);
            }
        }

        if (await LockTypeAsync(transaction, journey, cancellationToken) is { } unknown)
        {
            return unknown;
        }

        await transaction.ExecuteAsync(Insert, Columns(journey), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return null;
    }

    public async Task<ILockedJourney?> LockAsync(TenantId tenant, JourneyId id, CancellationToken cancellationToken)
    {
        var transaction = await database.BeginAsync(tenant, IsolationLevel.ReadCommitted, cancellationToken);
        try
        {
            await transaction.ExecuteAsync(Lock, new { id = id.Value }, cancellationToken);
            if (await transaction.FindAsync<JourneyRow>(Find, new { id = id.Value }, cancellationToken) is { } row)
            {
                return new LockedJourney(row.ToJourney(), transaction);
            }
        }
        catch
        {
            await transaction.DisposeAsync();
            throw;
        }

        await transaction.DisposeAsync();
        return null;
    }

    /// <summary>Prevents the deletion of the trigger's event type until the transaction ends.</summary>
    /// <returns><see cref="EventTypeUnknown"/>; null if the type exists or the journey has no trigger.</returns>
    public static async Task<EventTypeUnknown?> LockTypeAsync(
        DatabaseTransaction transaction, Journey journey, CancellationToken cancellationToken) =>
        journey.TriggerConfig is { } trigger
        && await transaction.FindAsync<Guid?>(LockType, new { type = trigger.EventTypeId.Value }, cancellationToken) is null
            ? new EventTypeUnknown("/triggerConfig/eventTypeId")
            : null;

    /// <summary>A journey as parameters.</summary>
    public static object Columns(Journey journey) => new
    {
        id = journey.Id.Value,
        name = journey.Name.Value,
        status = journey.Status.Text(),
        entry_mode = journey.EntryMode.Text(),
        type = journey.TriggerConfig?.EventTypeId.Value,
        filter = journey.TriggerConfig?.PayloadFilter is { } filter ? Encoding.UTF8.GetString(filter.Utf8.Span) : null,
        url = journey.Target?.Url.ToString(),
        secret = journey.Target?.Secret.Reveal(),
        revision = journey.Revision,
        trigger_revision = journey.TriggerRevision,
        created_at = journey.CreatedAt,
        updated_at = journey.UpdatedAt,
    };
}
