using Flownally.Application.Feed;
using Flownally.Application.Journeys.Dispatch;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Caching;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Journeys.Dispatch;

/// <summary>Finds the journeys that are active at the place of an event (decision 13).</summary>
internal sealed class JourneyIntervals(Database database) : IDisposable
{
    private const long MaxBytesOfActivations = 64 * 1024 * 1024;

    /// <summary>Estimated bytes of an activation without its filter.</summary>
    private const long BytesOfActivation = 500;

    /// <summary>
    /// When an event can be read, all intervals that began before it are committed. An interval that has ended since contains the event.
    /// </summary>
    public const string FindIntervals = """
        WITH lasting AS MATERIALIZED (
            SELECT tenant_id, event_type_id, journey_id, from_tx, to_tx, cut_tx, cut_position, trigger_revision
            FROM   journey_activations
            WHERE  to_tx IS NULL OR (to_tx > @transaction_id
                                     AND to_tx < pg_snapshot_xmax(pg_current_snapshot())::text::bigint + (SELECT feed_offset()))
        )
        SELECT tenant_id, event_type_id, journey_id, from_tx, to_tx, cut_tx, cut_position, trigger_revision
        FROM   lasting
        WHERE  (tenant_id, event_type_id) IN (SELECT * FROM unnest(@tenants, @types))
        ORDER  BY journey_id, from_tx
        """;

    private const string FindActivations = """
        SELECT tenant_id, journey_id, from_tx, event_type_id, payload_filter, entry_mode
        FROM   unnest(@tenants, @journeys, @beginnings) AS i (tenant_id, journey_id, from_tx)
        JOIN   journey_activations USING (tenant_id, journey_id, from_tx)
        """;

    /// <summary>An activation never changes. An activation that is not cached is compiled in each step, in its tenant's share.</summary>
    private readonly TenantCache<IntervalKey, JourneyActivation> _activations = new(MaxBytesOfActivations);

    /// <summary>Finds the intervals that may contain events of some types, and the journeys that are active in them.</summary>
    /// <param name="after">A place before all these events.</param>
    public async Task<ILookup<AskedType, (IntervalRow Interval, ActiveJourney Journey)>> FindAsync(
        FeedPlace after, IReadOnlyList<AskedType> types, CancellationToken cancellationToken)
    {
        var parameters = new
        {
            transaction_id = after.TransactionId,
            tenants = types.Select(type => type.TenantId.Value).ToArray(),
            types = types.Select(type => type.Id.Value).ToArray(),
        };
        var intervals = types.Count > 0
            ? await database.QueryAsync<IntervalRow>(TenantScope.All, FindIntervals, parameters, cancellationToken)
            : [];
        var activations = await FindActivationsAsync(intervals.Select(interval => interval.Key), cancellationToken);
        return intervals.ToLookup(interval => interval.Type,
            interval => (interval, new ActiveJourney(interval.JourneyId, activations[interval.Key], interval.TriggerRevision)));
    }

    public void Dispose() => _activations.Dispose();

    /// <summary>Runs one statement for all missing activations.</summary>
    private async Task<Dictionary<IntervalKey, Lazy<JourneyActivation>>> FindActivationsAsync(IEnumerable<IntervalKey> intervals,
        CancellationToken cancellationToken)
    {
        var (found, missing) = (new Dictionary<IntervalKey, Lazy<JourneyActivation>>(), new List<IntervalKey>());
        foreach (var interval in intervals)
        {
            if (_activations.Find(interval) is { } cached)
            {
                found.Add(interval, new Lazy<JourneyActivation>(cached));
            }
            else
            {
                missing.Add(interval);
            }
        }

        if (missing.Count > 0)
        {
            var parameters = new
            {
                tenants = missing.Select(interval => interval.TenantId.Value).ToArray(),
                journeys = missing.Select(interval => interval.JourneyId.Value).ToArray(),
                beginnings = missing.Select(interval => interval.FromTx).ToArray(),
            };
            foreach (var row in await database.QueryAsync<ActivationRow>(TenantScope.All, FindActivations, parameters, cancellationToken))
            {
                found.Add(row.Key, new Lazy<JourneyActivation>(() => Cache(row.Key, row.ToActivation())));
            }
        }

        return found;
    }

    private JourneyActivation Cache(IntervalKey interval, JourneyActivation activation) =>
        _activations.Add(
            interval.TenantId, interval, activation, BytesOfActivation + (activation.TriggerConfig.PayloadFilter?.Weight ?? 0));

    /// <summary>Identifies an interval in which a journey is active.</summary>
    internal readonly record struct IntervalKey(TenantId TenantId, JourneyId JourneyId, long FromTx);

    internal sealed record IntervalRow(TenantId TenantId, EventTypeId EventTypeId, JourneyId JourneyId, long FromTx, long? ToTx,
        long? CutTx, long? CutPosition, int TriggerRevision)
    {
        public AskedType Type => new(TenantId, EventTypeId);

        public IntervalKey Key => new(TenantId, JourneyId, FromTx);

        /// <summary>The bounds are exclusive; the place of the cut is inclusive.</summary>
        public bool Contains(FeedPlace place) => FromTx < place.TransactionId
            && (ToTx is null || place.TransactionId < ToTx)
            && (CutTx is null || !new FeedPlace(CutTx.Value, CutPosition!.Value).IsBefore(place));
    }

    private sealed record ActivationRow(TenantId TenantId, JourneyId JourneyId, long FromTx, EventTypeId EventTypeId,
        RawJson? PayloadFilter, EntryMode EntryMode)
    {
        public IntervalKey Key => new(TenantId, JourneyId, FromTx);

        public JourneyActivation ToActivation() => new(new TriggerConfig(EventTypeId, PayloadFilter?.ToSchema()), EntryMode);
    }
}

/// <summary>An event type of a tenant that journeys react to.</summary>
internal readonly record struct AskedType(TenantId TenantId, EventTypeId Id);
