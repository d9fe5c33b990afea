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
    /// Reads on, without the events of tenants that are behind. All intervals that decide about what is read are known by then, because
    /// it lies before the feed's horizon.
    /// </summary>
    /// <param name="limit">How many events are read at most; fewer, where their payloads are large.</param>
    Task<JourneyPage> ReadAsync(FeedPlace after, int limit, CancellationToken cancellationToken);

    /// <summary>Reads on in the events of one tenant that is behind.</summary>
    /// <param name="through">The last place that is read: what follows is read with the events of all tenants.</param>
    Task<JourneyPage> ReadBacklogAsync(Backlog backlog, FeedPlace through, CancellationToken cancellationToken);
}

/// <param name="Asked">Those that journeys ask for, in the order of the feed.</param>
/// <param name="Through">How far was read.</param>
/// <param name="Events">How many events were read, most of which no journey may be about.</param>
/// <param name="More">Whether more may be read already.</param>
public sealed record JourneyPage(IReadOnlyList<AskedEvent> Asked, FeedPlace Through, int Events, bool More);

/// <summary>An event of a type that active journeys ask for.</summary>
/// <param name="Payload">Undefined where no journey asks for it. Parsed when it is first asked for, which can fail.</param>
/// <param name="Journeys">In whose intervals it lies.</param>
public sealed record AskedEvent(FeedPlace Place, TenantId TenantId, EventId Id, ContactId ContactId, Lazy<JsonElement> Payload,
    IEnumerable<ActiveJourney> Journeys);

/// <param name="Activation">Compiles its filter when it is first asked for, which can fail.</param>
/// <param name="TriggerRevision">The revision that brought the trigger.</param>
public sealed record ActiveJourney(JourneyId Id, Lazy<JourneyActivation> Activation, int TriggerRevision = 1);
