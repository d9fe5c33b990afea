using System.Text.Json;
using Flownally.Application.Feed;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Reads the feed of all tenants for journeys, and writes who entered.</summary>
public interface IJourneyDispatch
{
    /// <summary>Where whoever read before has come to.</summary>
    Task<DispatchStart> LoadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Reads on, without the events of tenants that are behind. All intervals that decide about what is read are known by then, because
    /// it lies before the feed's horizon.
    /// </summary>
    /// <param name="limit">How many events are read at most; fewer, where their payloads are large.</param>
    Task<DispatchPage> ReadAsync(FeedPlace after, int limit, CancellationToken cancellationToken);

    /// <summary>Reads on in the events of one tenant that is behind.</summary>
    /// <param name="through">The last place that is read: what follows is read with the events of all tenants.</param>
    Task<DispatchPage> ReadBacklogAsync(Backlog backlog, FeedPlace through, CancellationToken cancellationToken);

    /// <summary>
    /// Writes a step in one transaction. An entry that must not be there twice is left out: of one event, or of a contact that enters
    /// once. So is an entry into a journey that is deleted.
    /// </summary>
    /// <returns>The entries that a webhook is to tell of, in their order.</returns>
    /// <exception cref="DatabaseUnavailableException">Another process has moved the cursor: the right to read was lost on the way.</exception>
    Task<IReadOnlyList<DueEntry>> EnterAsync(DispatchStep step, CancellationToken cancellationToken);
}

/// <param name="Backlogs">Of each tenant that is behind, the one that has waited longest first.</param>
public sealed record DispatchStart(DispatchCursor Cursor, IReadOnlyList<Backlog> Backlogs);

/// <summary>No two steps leave the same cursor, so whoever finds it as it was left is the last to have written.</summary>
/// <param name="Place">All before it, and what stands there, has been read, but for the events of tenants that are behind.</param>
/// <param name="LastEntry">The newest id that was taken for entries; zeros where there is none.</param>
public readonly record struct DispatchCursor(FeedPlace Place, JourneyEntryId LastEntry);

/// <summary>A tenant that is behind. Its events up to the cursor are read by themselves, so that no other tenant waits for them.</summary>
/// <param name="Place">How far they have been read.</param>
/// <param name="Limit">How many to read next: about as many as make a share. Not stored.</param>
public sealed record Backlog(TenantId TenantId, FeedPlace Place, int Limit = Backlog.FirstLimit)
{
    /// <summary>A small number to begin with: few events can make a share.</summary>
    public const int FirstLimit = 50;
}

/// <summary>What is written together.</summary>
/// <param name="From">Where the cursor must stand.</param>
/// <param name="Behind">Tenants that fall behind, or have read on and still are.</param>
/// <param name="CaughtUp">Tenants that are no longer behind.</param>
/// <param name="FailedFilters">One for each journey at most.</param>
public sealed record DispatchStep(DispatchCursor From, DispatchCursor To, IReadOnlyList<NewEntry> Entries, IReadOnlyList<Backlog> Behind,
    IReadOnlyList<TenantId> CaughtUp, IReadOnlyList<FailedFilter> FailedFilters);

/// <param name="Asked">Those that journeys ask for, in the order of the feed.</param>
/// <param name="Through">How far was read.</param>
/// <param name="Events">How many events were read, most of which no journey may be about.</param>
/// <param name="More">Whether more may be read already.</param>
public sealed record DispatchPage(IReadOnlyList<AskedEvent> Asked, FeedPlace Through, int Events, bool More);

/// <summary>An event of a type that active journeys ask for.</summary>
/// <param name="Payload">Undefined where no journey asks for it. Parsed when it is first asked for, which can fail.</param>
/// <param name="Journeys">In whose intervals it lies.</param>
public sealed record AskedEvent(FeedPlace Place, TenantId TenantId, EventId Id, ContactId ContactId, Lazy<JsonElement> Payload, IEnumerable<ActiveJourney> Journeys);

/// <param name="Activation">Compiles its filter when it is first asked for, which can fail.</param>
/// <param name="TriggerRevision">The revision that brought the trigger.</param>
public sealed record ActiveJourney(JourneyId Id, Lazy<JourneyActivation> Activation, int TriggerRevision = 1);

/// <param name="Once">Whether the contact may enter the journey this once only.</param>
public sealed record NewEntry(TenantId TenantId, JourneyEntryId Id, JourneyId JourneyId, EventId EventId, ContactId ContactId, bool Once);

/// <summary>A journey whose filter could not be checked.</summary>
/// <param name="Error">The latest one.</param>
/// <param name="Times">For how many events of the step.</param>
/// <param name="Exception">Null where the check took too much work.</param>
public sealed record FailedFilter(TenantId TenantId, JourneyId JourneyId, int TriggerRevision, FilterError Error, int Times, Exception? Exception);
