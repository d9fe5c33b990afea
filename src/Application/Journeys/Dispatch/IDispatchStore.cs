using Flownally.Application.Feed;
using Flownally.Application.Journeys.Delivery;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Stores the cursor of the dispatcher and the entries it makes.</summary>
public interface IDispatchStore
{
    /// <summary>Where the leader before has come to.</summary>
    Task<DispatchState> LoadAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Writes a step in one transaction. An entry that must not be there twice is left out: of one event, or of a contact that enters
    /// once. So is an entry into a journey that is deleted.
    /// </summary>
    /// <returns>The entries that have a webhook to send, in their order.</returns>
    /// <exception cref="LeadershipLostException">The cursor is not where this process left it. Nothing was written.</exception>
    Task<IReadOnlyList<DueEntry>> SaveAsync(DispatchStep step, CancellationToken cancellationToken);
}

/// <summary>Another process leads the journeys.</summary>
public sealed class LeadershipLostException() : Exception("Another process leads the journeys.");

/// <summary>How far the dispatcher has come.</summary>
/// <param name="Stored">The cursor that is stored.</param>
/// <param name="Place">Where to read on: at the stored cursor, or later where nothing in between was worth storing.</param>
/// <param name="Behind">Tenants that are behind, in the order of their turns; at first the one that has waited longest.</param>
public sealed record DispatchState(DispatchCursor Stored, FeedPlace Place, IReadOnlyList<Backlog> Behind);

/// <summary>No two steps leave the same cursor, so a process that finds it as it left it is the last to have written.</summary>
/// <param name="Place">All events up to and including this place have been read, except those of tenants that are behind.</param>
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

/// <param name="Once">Whether the contact may enter the journey this once only.</param>
public sealed record NewEntry(TenantId TenantId, JourneyEntryId Id, JourneyId JourneyId, EventId EventId, ContactId ContactId, bool Once);

/// <summary>A journey whose filter could not be checked.</summary>
/// <param name="Error">The latest one.</param>
/// <param name="Times">For how many events of the step.</param>
/// <param name="Exception">Null where the check took too much work.</param>
public sealed record FailedFilter(TenantId TenantId, JourneyId JourneyId, int TriggerRevision, FilterError Error, int Times,
    Exception? Exception);

/// <summary>What a step has done.</summary>
/// <param name="State">Where the next step goes on.</param>
/// <param name="Due">The entries that have a webhook to send, of each tenant in the order of the feed.</param>
/// <param name="FailedFilters">Journeys whose filters could not be checked.</param>
/// <param name="Events">How many events were read at the cursor.</param>
/// <param name="More">Whether more may be read at the cursor already.</param>
public sealed record StepResult(DispatchState State, IReadOnlyList<DueEntry> Due, IReadOnlyList<FailedFilter> FailedFilters, int Events = 0,
    bool More = false);
