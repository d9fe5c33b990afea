using System.Text.Json;
using Flownally.Application.Events;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys;

/// <summary>Reads the feed of all tenants for journeys, and writes who entered.</summary>
public interface IJourneyDispatch
{
    /// <summary>Where whoever read before has come to.</summary>
    Task<DispatchCursor> LoadAsync(CancellationToken cancellationToken);

    /// <summary>Reads on. All intervals that decide about what is read are known by then, because it lies before the feed's horizon.</summary>
    /// <param name="limit">How many events are read at most; fewer, where their payloads are large.</param>
    Task<DispatchPage> ReadAsync(FeedPlace after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Writes entries and moves the cursor, in one transaction. An entry that must not be there twice is left out: of one event, or
    /// of a contact that enters once.
    /// </summary>
    /// <returns>The entries that a webhook is to tell of, in their order.</returns>
    /// <exception cref="DatabaseUnavailableException">Another process has moved the cursor: the right to read was lost on the way.</exception>
    Task<IReadOnlyList<DueEntry>> EnterAsync(DispatchCursor from, DispatchCursor to, IReadOnlyList<NewEntry> entries, CancellationToken cancellationToken);
}

/// <param name="Place">All before it, and what stands there, has been read.</param>
/// <param name="LastEntry">The newest entry; zeros where there is none.</param>
public readonly record struct DispatchCursor(FeedPlace Place, JourneyEntryId LastEntry);

/// <param name="Asked">Those that journeys ask for, in the order of the feed.</param>
/// <param name="Through">How far was read.</param>
/// <param name="Events">How many events were read, most of which no journey may be about.</param>
/// <param name="More">Whether more may be read already.</param>
public sealed record DispatchPage(IReadOnlyList<AskedEvent> Asked, FeedPlace Through, int Events, bool More);

/// <summary>An event of a type that active journeys ask for.</summary>
/// <param name="Payload">Undefined where no journey asks for it.</param>
/// <param name="Journeys">In whose intervals it lies.</param>
public sealed record AskedEvent(FeedPlace Place, TenantId TenantId, EventId Id, ContactId ContactId, JsonElement Payload, IEnumerable<ActiveJourney> Journeys);

public sealed record ActiveJourney(JourneyId Id, JourneyActivation Activation);

/// <param name="Once">Whether the contact may enter the journey this once only.</param>
public sealed record NewEntry(TenantId TenantId, JourneyEntryId Id, JourneyId JourneyId, EventId EventId, ContactId ContactId, bool Once);
