using Flownally.Application.Feed;
using Flownally.Domain;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Matches the events of one step with journeys, and counts how much of its share each tenant has used.</summary>
/// <param name="after">The newest entry: ids of entries ascend.</param>
internal sealed class EntryMatcher(JourneyEntryId after, JourneyShareOptions share, TimeProvider clock)
{
    /// <summary>Entries in one step, and events. Bounds memory and the length of the transaction.</summary>
    public const int Most = 5_000;

    /// <summary>For one filter and one event: some 40 ms.</summary>
    public const long MostWorkOfFilter = Work.OfPayload / 14;

    /// <summary>For all filters of one event, about a second: other tenants wait for it. What is left then counts as too complex.</summary>
    public const long MostWorkOfEvent = 2 * Work.OfPayload;

    /// <summary>Of filters; they are checked before the transaction begins.</summary>
    private static readonly TimeSpan LongestTime = TimeSpan.FromMilliseconds(250);

    private readonly IdGenerator _ids = new(clock, after.Value);
    private readonly List<NewEntry> _entries = [];
    private readonly Dictionary<JourneyId, FailedFilter> _failed = [];
    private readonly Dictionary<TenantId, Usage> _usages = [];
    private TimeSpan _time;

    public IReadOnlyList<NewEntry> Entries => _entries;

    public IReadOnlyList<FailedFilter> FailedFilters => [.. _failed.Values];

    /// <summary>The rest of the events is left to the next step.</summary>
    public bool IsFull => _entries.Count >= Most || _time >= LongestTime;

    /// <summary>An id that follows those of all entries.</summary>
    public JourneyEntryId NextId() => new(_ids.Next());

    /// <summary>Whether the tenant has had its share.</summary>
    public bool HasUsedUp(TenantId tenant) =>
        _usages.TryGetValue(tenant, out var usage) && (usage.Entries >= share.Entries || usage.Time >= share.Time);

    /// <summary>The tenant's events that are left to later steps, where it has used up its share.</summary>
    public Backlog BacklogOf(TenantId tenant) => new(tenant, _usages[tenant].Place);

    /// <summary>Lets the contact enter the journeys that the event matches, however many.</summary>
    /// <exception cref="OperationCanceledException">The process is about to end.</exception>
    public void Match(AskedEvent asked, CancellationToken cancellationToken)
    {
        var (since, before, left) = (clock.GetTimestamp(), _entries.Count, MostWorkOfEvent);
        foreach (var journey in asked.Journeys)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var work = new Work(Math.Min(MostWorkOfFilter, left), cancellationToken);
            var matches = Matches(asked, journey, work);
            left -= work.Spent;
            if (matches)
            {
                var once = journey.Activation.Value.EntryMode == EntryMode.Once;
                _entries.Add(new NewEntry(asked.TenantId, NextId(), journey.Id, asked.Id, asked.ContactId, once));
            }
        }

        var time = clock.GetElapsedTime(since);
        _time += time;
        var usage = _usages.GetValueOrDefault(asked.TenantId);
        _usages[asked.TenantId] = new Usage(usage.Entries + _entries.Count - before, usage.Time + time, asked.Place);
    }

    /// <summary>
    /// A filter that fails does not stop the step, for which the journeys of all tenants wait. A machine that is too busy does: the step is
    /// retried.
    /// </summary>
    private bool Matches(AskedEvent asked, ActiveJourney journey, Work work)
    {
        try
        {
            var trigger = journey.Activation.Value.TriggerConfig;
            var outcome = trigger.Matches(trigger.PayloadFilter is null ? default : asked.Payload.Value, work);
            if (outcome == FilterOutcome.TooComplex)
            {
                Fail(asked, journey, FilterError.TooComplex, null);
            }

            return outcome == FilterOutcome.Matches;
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or TimeoutException or OutOfMemoryException))
        {
            Fail(asked, journey, FilterError.Failed, exception);
            return false;
        }
    }

    private void Fail(AskedEvent asked, ActiveJourney journey, string code, Exception? exception)
    {
        var times = _failed.TryGetValue(journey.Id, out var earlier) ? earlier.Times + 1 : 1;
        var error = new FilterError(Microseconds.Truncate(clock.GetUtcNow()), asked.Id, code);
        _failed[journey.Id] = new FailedFilter(asked.TenantId, journey.Id, journey.TriggerRevision, error, times, exception);
    }

    /// <param name="Place">Of the last event.</param>
    private readonly record struct Usage(int Entries, TimeSpan Time, FeedPlace Place);
}
