using Flownally.Application.Feed;
using Flownally.Application.Journeys.Delivery;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Stores the dispatcher's cursor and entries.</summary>
public interface IDispatchStore
{
    /// <summary>Loads the state of the previous leader.</summary>
    Task<DispatchState> LoadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Writes a step in one transaction. It skips an entry that exists already (for the same event, or for the same contact if the
    /// contact may enter once) and an entry into a deleted journey.
    /// </summary>
    /// <returns>The entries with a webhook to send, in their order.</returns>
    /// <exception cref="LeadershipLostException">Another process has moved the cursor. Nothing was written.</exception>
    Task<IReadOnlyList<DueEntry>> SaveAsync(DispatchStep step, CancellationToken cancellationToken);
}

/// <summary>Another process leads the journeys.</summary>
public sealed class LeadershipLostException() : Exception("Another process leads the journeys.");

/// <summary>The progress of the dispatcher.</summary>
/// <param name="Stored">The cursor in the database.</param>
/// <param name="Place">The place to read from. It is after the stored cursor if the events in between needed no storing.</param>
/// <param name="Behind">The tenants that are behind, in the order of their turns; after loading, the longest waiting comes first.</param>
public sealed record DispatchState(DispatchCursor Stored, FeedPlace Place, IReadOnlyList<Backlog> Behind);

/// <summary>Each step writes a different cursor, so a process that finds its own cursor was the last to write.</summary>
/// <param name="Place">All events up to and including this place have been read, except those of tenants that are behind.</param>
/// <param name="LastEntry">The newest id of an entry; zeros if there is none.</param>
public readonly record struct DispatchCursor(FeedPlace Place, JourneyEntryId LastEntry);

/// <summary>A tenant that is behind. Its events before the cursor are read separately, so that no other tenant waits for them.</summary>
/// <param name="Place">The place of the last event that was read.</param>
/// <param name="Limit">The number of events to read next, an estimate of one share. Not stored.</param>
public sealed record Backlog(TenantId TenantId, FeedPlace Place, int Limit = Backlog.FirstLimit)
{
    /// <summary>Small, because few events can be a whole share.</summary>
    public const int FirstLimit = 50;
}

/// <summary>The changes of one transaction.</summary>
/// <param name="From">The expected cursor in the database.</param>
/// <param name="Behind">Tenants that fall behind, or are still behind.</param>
/// <param name="CaughtUp">Tenants that are no longer behind.</param>
/// <param name="FailedFilters">At most one per journey.</param>
public sealed record DispatchStep(DispatchCursor From, DispatchCursor To, IReadOnlyList<NewEntry> Entries, IReadOnlyList<Backlog> Behind,
    IReadOnlyList<TenantId> CaughtUp, IReadOnlyList<FailedFilter> FailedFilters);

/// <param name="Once">Whether the contact may enter the journey only once.</param>
public sealed record NewEntry(TenantId TenantId, JourneyEntryId Id, JourneyId JourneyId, EventId EventId, ContactId ContactId, bool Once);

/// <summary>A journey whose filter could not be evaluated.</summary>
/// <param name="Error">The latest error.</param>
/// <param name="Times">The number of affected events in the step.</param>
/// <param name="Exception">Null if the evaluation took too much work.</param>
public sealed record FailedFilter(TenantId TenantId, JourneyId JourneyId, int TriggerRevision, FilterError Error, int Times,
    Exception? Exception);

/// <summary>The result of a step.</summary>
/// <param name="State">The state for the next step.</param>
/// <param name="Due">The entries with a webhook to send, those of each tenant in the order of the feed.</param>
/// <param name="FailedFilters">Journeys whose filters could not be evaluated.</param>
/// <param name="Events">The number of events read at the cursor.</param>
/// <param name="More">Whether more events may be readable at the cursor.</param>
public sealed record StepResult(DispatchState State, IReadOnlyList<DueEntry> Due, IReadOnlyList<FailedFilter> FailedFilters, int Events = 0,
    bool More = false);
