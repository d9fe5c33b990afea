using Flownally.Application.Feed;
using Flownally.Domain;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Matches the events of one step with journeys, and counts the used share of each tenant.</summary>
/// <param name="after">The newest entry; ids of new entries follow it.</param>
internal sealed class EntryMatcher(JourneyEntryId after, JourneyShareOptions share, TimeProvider clock)
{
    /// <summary>Limit of entries, and of events, per step. It bounds memory and the duration of the transaction.</summary>
    public const int MaxPerStep = 5_000;

    /// <summary>Work budget for one filter and one event, about 40 ms.</summary>
    public const long MaxFilterWork = Work.PerPayload / 14;

    /// <summary>Work budget for all filters of one event, about a second. Filters beyond it count as too complex.</summary>
    public const long MaxEventWork = 2 * Work.PerPayload;

    /// <summary>Limit of the time for filters per step. They are evaluated before the transaction begins.</summary>
    private static readonly TimeSpan MaxTime = TimeSpan.FromMilliseconds(250);

    private readonly IdGenerator _ids = new(clock, after.Value);
    private readonly List<NewEntry> _entries = [];
    private readonly Dictionary<JourneyId, FailedFilter> _failed = [];
    private readonly Dictionary<TenantId, Usage> _usages = [];
    private TimeSpan _time;

    public IReadOnlyList<NewEntry> Entries => _entries;

    public IReadOnlyList<FailedFilter> FailedFilters => [.. _failed.Values];

    /// <summary>Whether the step has reached its limit of entries or time. The next step reads the remaining events.</summary>
    public bool IsFull => _entries.Count >= MaxPerStep || _time >= MaxTime;

    /// <summary>Creates an id that follows the ids of all entries.</summary>
    public JourneyEntryId NextId() => new(_ids.Next());

    /// <summary>Whether the tenant has used up its share of the step.</summary>
    public bool HasUsedUp(TenantId tenant) =>
        _usages.TryGetValue(tenant, out var usage) && (usage.Entries >= share.Entries || usage.Time >= share.Time);

    /// <summary>The tenant's remaining events, for later steps.</summary>
    public Backlog BacklogOf(TenantId tenant) => new(tenant, _usages[tenant].Place);

    /// <summary>Lets the contact enter all journeys that the event matches.</summary>
    /// <exception cref="OperationCanceledException">The process is stopping.</exception>
    public void Match(CandidateEvent candidate, CancellationToken cancellationToken)
    {
        var (start, before, left) = (clock.GetTimestamp(), _entries.Count, MaxEventWork);
        foreach (var journey in candidate.Journeys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var work = new Work(Math.Min(MaxFilterWork, left), cancellationToken);
            var matches = Matches(candidate, journey, work);
            left -= work.Spent;
            if (matches)
            {
                var once = journey.Activation.Value.EntryMode == EntryMode.Once;
                _entries.Add(new NewEntry(candidate.TenantId, NextId(), journey.Id, candidate.Id, candidate.ContactId, once));
            }
        }

        var time = clock.GetElapsedTime(start);
        _time += time;
        var usage = _usages.GetValueOrDefault(candidate.TenantId);
        _usages[candidate.TenantId] = new Usage(usage.Entries + _entries.Count - before, usage.Time + time, candidate.Place);
    }

    /// <summary>
    /// A filter that fails does not stop the step, because the journeys of all tenants wait for it. A machine that is too busy stops the
    /// step, and the step is retried.
    /// </summary>
    private bool Matches(CandidateEvent candidate, ActiveJourney journey, Work work)
    {
        try
        {
            var trigger = journey.Activation.Value.TriggerConfig;
            var outcome = trigger.Matches(trigger.PayloadFilter is null ? default : candidate.Payload.Value, work);
            if (outcome == FilterOutcome.TooComplex)
            {
                Fail(candidate, journey, FilterError.TooComplex, null);
            }

            return outcome == FilterOutcome.Matches;
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or WorkTimedOutException or OutOfMemoryException))
        {
            Fail(candidate, journey, FilterError.Failed, exception);
            return false;
        }
    }

    private void Fail(CandidateEvent candidate, ActiveJourney journey, string code, Exception? exception)
    {
        var times = _failed.TryGetValue(journey.Id, out var earlier) ? earlier.Times + 1 : 1;
        var error = new FilterError(Microseconds.Truncate(clock.GetUtcNow()), candidate.Id, code);
        _failed[journey.Id] = new FailedFilter(candidate.TenantId, journey.Id, journey.TriggerRevision, error, times, exception);
    }

    /// <param name="Place">The place of the last event.</param>
    private readonly record struct Usage(int Entries, TimeSpan Time, FeedPlace Place);
}
