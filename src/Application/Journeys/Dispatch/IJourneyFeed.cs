using System.Text.Json;
using Flownally.Application.Feed;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>The feed of all tenants, with the journeys that react to each event.</summary>
public interface IJourneyFeed
{
    /// <summary>
    /// Reads the next events, without those of tenants that are behind. The events are before the feed's horizon, so all activation
    /// intervals that apply to them are known.
    /// </summary>
    /// <param name="limit">Limit of events. Fewer are read if their payloads are large.</param>
    Task<JourneyPage> ReadAsync(FeedPlace after, int limit, CancellationToken cancellationToken);

    /// <summary>Reads the next events of one tenant that is behind.</summary>
    /// <param name="through">The last place to read. Later events are read together with those of all tenants.</param>
    Task<JourneyPage> ReadBacklogAsync(Backlog backlog, FeedPlace through, CancellationToken cancellationToken);
}

/// <param name="Candidates">The events that journeys may react to, in the order of the feed.</param>
/// <param name="Through">The last place that was read.</param>
/// <param name="Events">The number of events that were read, including those of no interest to journeys.</param>
/// <param name="More">Whether more events may be readable.</param>
public sealed record JourneyPage(IReadOnlyList<CandidateEvent> Candidates, FeedPlace Through, int Events, bool More);

/// <summary>An event of a type that active journeys react to.</summary>
/// <param name="Payload">Undefined if no journey has a filter. Parsed on first use, which can fail.</param>
/// <param name="Journeys">The journeys that were active for the type when the event was recorded.</param>
public sealed record CandidateEvent(FeedPlace Place, TenantId TenantId, EventId Id, ContactId ContactId, Lazy<JsonElement> Payload,
    IEnumerable<ActiveJourney> Journeys);

/// <param name="Activation">Its filter is compiled on first use, which can fail.</param>
/// <param name="TriggerRevision">The revision that set the trigger.</param>
public sealed record ActiveJourney(JourneyId Id, Lazy<JourneyActivation> Activation, int TriggerRevision = 1);
