using System.Text.Json;
using Flownally.Application.Events;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Recording;
using Microsoft.Extensions.Time.Testing;

namespace Flownally.Api.Tests.Recording;

/// <summary>What a group is made of, and who may wait.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class RecordingQueueTests
{
    private static readonly IdGenerator Ids = new(TimeProvider.System);
    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(10);

    private readonly FakeTimeProvider _clock = new();
    private readonly RecordingQueue _queue;
    private readonly EventType _a = NewType();
    private readonly EventType _b = NewType();
    private readonly EventType _c = NewType();

    public RecordingQueueTests() => _queue = new RecordingQueue(100_000, _clock);

    [Test]
    public void A_tenant_alone_fills_whole_groups()
    {
        AddMany(_a, 1_100);
        Assert.That(((int[])[_queue.Take().Events.Count, _queue.Take().Events.Count, _queue.Take().Events.Count]), Is.EqualTo([500, 500, 100]));
    }

    [Test]
    public void A_call_alone_is_written_whole()
    {
        Add(_a, 1_000);
        Add(_a, 1);
        Assert.That(_queue.Take().Events, Has.Count.EqualTo(1_000));
    }

    [TestCase(2_000, 1, 0, 250, 1, 0)]
    [TestCase(2_000, 2_000, 0, 250, 250, 0)]
    [TestCase(2_000, 2_000, 1, 250, 249, 1)]
    [TestCase(10, 20, 30, 10, 20, 30)]
    public void While_others_wait_no_tenant_fills_more_than_half_of_a_group(int a, int b, int c, int ofA, int ofB, int ofC)
    {
        AddMany(_a, a);
        AddMany(_b, b);
        AddMany(_c, c);
        Assert.That(Counts(_queue.Take()), Is.EqualTo((ofA, ofB, ofC)));
    }

    [Test]
    public void Nobody_waits_behind_the_backlog_of_another()
    {
        AddMany(_a, 5_000);
        _queue.Take();
        AddMany(_b, 3);
        Assert.That(Counts(_queue.Take()), Is.EqualTo((250, 3, 0)));
        Assert.That(Counts(_queue.Take()), Is.EqualTo((500, 0, 0)));
    }

    [Test]
    public void Tenants_that_did_not_fit_come_first_in_the_next_group()
    {
        foreach (var type in (EventType[])[_a, _b, _c])
        {
            Add(type, 250);
            Add(type, 250);
        }

        Assert.That(Counts(_queue.Take()), Is.EqualTo((250, 250, 0)));
        Assert.That(Counts(_queue.Take()), Is.EqualTo((250, 0, 250)));
        Assert.That(Counts(_queue.Take()), Is.EqualTo((0, 250, 250)));
    }

    [Test]
    public async Task Of_a_large_call_a_part_goes_at_a_time_while_others_wait_and_in_order()
    {
        var call = Add(_a, 1_000);
        Add(_b, 1);
        var first = _queue.Take();
        Assert.That(Counts(first), Is.EqualTo((250, 1, 0)));
        Add(_b, 1);
        Assert.That(Counts(_queue.Take()), Is.EqualTo((0, 1, 0)), "Two statements at once could change the order of the call's events.");
        Return(first);
        var second = _queue.Take();
        Assert.That(second.Events, Is.EqualTo(EventsOf(call).Skip(250)), "Nobody else waits.");
        Assert.That(call.Completion.IsCompleted, Is.False);
        Return(second);
        Assert.That(await OutcomesAsync(call), Is.EqualTo(Enumerable.Repeat(RecordingOutcome.Recorded.Instance, 1_000)));
    }

    [Test]
    public void Bytes_are_shared_as_events_are()
    {
        for (var i = 0; i < 100; i++)
        {
            Add(_a, 1, bytes: 60_000);
        }

        Add(_b, 1);
        Assert.That(Counts(_queue.Take()), Is.EqualTo((RecordingQueue.MaxGroupBytes / 2 / 60_000, 1, 0)));
        Assert.That(Counts(_queue.Take()).A, Is.EqualTo(100 - (RecordingQueue.MaxGroupBytes / 2 / 60_000)));
    }

    [Test]
    public void A_tenant_has_half_of_what_may_wait_and_is_refused_alone()
    {
        var queue = new RecordingQueue(10, _clock);
        Assert.That(Enumerable.Range(0, 20).Count(_ => queue.TryAdd(NewCall(_a, 1))), Is.EqualTo(5));
        Assert.That(queue.TryAdd(NewCall(_b, 1)), Is.True);
        queue.Take();
        Assert.That(queue.TryAdd(NewCall(_a, 1)), Is.True, "What is in a statement waits no longer.");
    }

    [Test]
    public void However_many_have_filled_their_share_whoever_has_nothing_waiting_is_admitted_with_one_call()
    {
        var queue = new RecordingQueue(10, _clock);
        foreach (var type in Enumerable.Range(0, 20).Select(_ => NewType()))
        {
            Assert.That(queue.TryAdd(NewCall(type, 100)), Is.True);
            Assert.That(queue.TryAdd(NewCall(type, 1)), Is.False);
        }
    }

    [Test]
    public async Task Events_of_a_locked_type_wait_apart_and_one_tries_ever_more_rarely()
    {
        AddMany(_a, 100);
        Return(await TakeAsync(), RecordingOutcome.TypeLocked.Instance);
        AddMany(_a, 200);
        var other = Add(new EventType { Id = new EventTypeId(Ids.Next()), TenantId = _a.TenantId, Name = _a.Name, CreatedAt = _a.CreatedAt, UpdatedAt = _a.UpdatedAt }, 1);
        Assert.That((await TakeAsync()).Events, Is.EqualTo(EventsOf(other)));
        List<double> probes = [];
        for (var ms = 0; ms < 1_000; ms++)
        {
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            if (_queue.WaitAsync() is { IsCompleted: true })
            {
                var probe = _queue.Take();
                Assert.That(probe.Events, Has.Count.EqualTo(1));
                probes.Add(ms + 1);
                Return(probe, RecordingOutcome.TypeLocked.Instance);
            }
        }

        Assert.That(probes, Is.EqualTo([10, 30, 70, 150, 310, 560, 810]));
    }

    [Test]
    public async Task Once_one_was_written_all_of_the_type_go_on_in_order()
    {
        List<Event> events = [.. AddMany(_a, 100).Concat(AddMany(_a, 1, ofEach: 50)).SelectMany(EventsOf)];
        Return(await TakeAsync(), RecordingOutcome.TypeLocked.Instance);
        _clock.Advance(FirstPause);
        var probe = await TakeAsync();
        Return(probe);
        Assert.That(probe.Events.Concat((await TakeAsync()).Events), Is.EqualTo(events));
    }

    [Test]
    public async Task A_call_of_several_types_waits_for_the_locked_one_only()
    {
        var free = new EventType { Id = new EventTypeId(Ids.Next()), TenantId = _a.TenantId, Name = _a.Name, CreatedAt = _a.CreatedAt, UpdatedAt = _a.UpdatedAt };
        AddMany(_a, 1);
        Return(await TakeAsync(), RecordingOutcome.TypeLocked.Instance);
        var call = new RecordingCall(NewEvent(_a), NewEvent(free), NewEvent(_a));
        Assert.That(_queue.TryAdd(call), Is.True);
        var group = await TakeAsync();
        Assert.That(group.Events, Is.EqualTo([call.Events[1].Event]));
        Return(group);
        _clock.Advance(FirstPause);
        Return(await TakeAsync());
        group = await TakeAsync();
        Assert.That(group.Events, Is.EqualTo([call.Events[0].Event, call.Events[2].Event]));
        Return(group, RecordingOutcome.Overloaded.Instance);
        Assert.That((await OutcomesAsync(call)).Select(outcome => outcome is RecordingOutcome.Recorded), Is.EqualTo([false, true, false]));
    }

    [Test]
    public async Task Callers_that_leave_make_room_at_once_also_where_they_wait_apart()
    {
        var queue = new RecordingQueue(10, _clock);
        var calls = Enumerable.Range(0, 5).Select(_ => NewCall(_a, 1)).ToList();
        Assert.That(calls.All(queue.TryAdd), Is.True);
        var group = queue.Take();
        queue.Return(group, [.. group.Events.Select(_ => RecordingOutcome.TypeLocked.Instance)]);
        Assert.That(queue.TryAdd(NewCall(_a, 1)), Is.False, "What waits apart counts.");
        queue.Abandon(calls[0]);
        queue.Abandon(calls[0]);
        Assert.That(queue.TryAdd(NewCall(_b, 1)), Is.True);

        _clock.Advance(FirstPause);
        await queue.WaitAsync();
        queue.Abandon(calls[1]); // was to try
        Assert.That(queue.Take().Events.Where(e => e.TenantId == _a.TenantId), Is.EqualTo(EventsOf(calls[2])));
    }

    [Test]
    public async Task A_caller_that_leaves_during_its_statement_is_not_told_and_tried_no_more()
    {
        var call = Add(_a, 1);
        var group = await TakeAsync();
        _queue.Abandon(call);
        Return(group, RecordingOutcome.TypeLocked.Instance);
        _clock.Advance(FirstPause);
        Assert.That(_queue.WaitAsync().IsCompleted, Is.False);
        Assert.That(call.Completion.IsCompleted, Is.False);
    }

    [Test]
    public async Task What_waits_for_a_key_is_tried_ever_more_rarely()
    {
        Add(_a, 1);
        Return(await TakeAsync(), RecordingOutcome.KeyUndecided.Instance);
        foreach (var ms in (int[])[10, 20, 40, 80, 160, 250, 250])
        {
            _clock.Advance(TimeSpan.FromMilliseconds(ms - 1));
            Assert.That(_queue.WaitAsync().IsCompleted, Is.False);
            _clock.Advance(TimeSpan.FromMilliseconds(1));
            Return(await TakeAsync(), RecordingOutcome.KeyUndecided.Instance);
        }
    }

    [Test]
    public async Task The_age_of_the_queue_is_that_of_its_oldest_call_that_is_in_no_statement()
    {
        Assert.That((_queue.EventsWaiting, _queue.Age), Is.EqualTo((0, TimeSpan.Zero)));
        Add(_a, 2);
        _clock.Advance(TimeSpan.FromSeconds(2));
        var first = await TakeAsync();
        Assert.That((_queue.EventsWaiting, _queue.Age), Is.EqualTo((0, TimeSpan.Zero)), "A statement has it.");
        Add(_b, 1);
        _clock.Advance(TimeSpan.FromSeconds(1));
        Add(_c, 1);
        Assert.That((_queue.EventsWaiting, _queue.Age), Is.EqualTo((2, TimeSpan.FromSeconds(1))));
        Return(first, RecordingOutcome.TypeLocked.Instance);
        Assert.That((_queue.EventsWaiting, _queue.Age), Is.EqualTo((4, TimeSpan.FromSeconds(3))), "It waits again.");
    }

    [Test]
    public async Task At_the_end_what_waits_for_another_transaction_is_refused_and_the_rest_is_taken()
    {
        var locked = Add(_a, 1);
        Return(await TakeAsync(), RecordingOutcome.TypeLocked.Instance);
        var late = Add(_a, 1);
        var waiting = Add(_b, 1);
        _queue.End();
        Assert.That(_queue.TryAdd(NewCall(_c, 1)), Is.False);
        Assert.That(await OutcomesAsync(locked), Is.EqualTo([RecordingOutcome.Overloaded.Instance]));
        var group = await TakeAsync();
        Assert.That(group.Events, Is.EqualTo(EventsOf(waiting)));
        Return(group);
        Assert.That(await OutcomesAsync(late), Is.EqualTo([RecordingOutcome.Overloaded.Instance]));
        Assert.That(await _queue.WaitAsync(), Is.False);
    }

    [Test]
    public async Task After_a_failure_all_are_told_and_the_queue_begins_afresh()
    {
        RecordingCall[] calls = [Add(_a, 1), Add(_b, 1)];
        Return(await TakeAsync(), RecordingOutcome.TypeLocked.Instance);
        calls = [.. calls, Add(_c, 1)];
        var failure = new InvalidOperationException("On purpose.");
        _queue.Fail(failure);
        Assert.That((await Task.WhenAll(calls.Select(OutcomesAsync))).SelectMany(outcomes => outcomes), Is.EqualTo(Enumerable.Repeat(new RecordingOutcome.Failed(failure), 3)));
        var next = Add(_a, 1);
        Assert.That((await TakeAsync()).Events, Is.EqualTo(EventsOf(next)));
    }

    [Test]
    public async Task After_any_course_nothing_is_counted_any_more()
    {
        const int Room = 64;
        var queue = new RecordingQueue(Room, _clock);
        var random = new Random(7);
        EventType[] types = [_a, _b, _c, NewType()];
        List<RecordingCall> open = [];
        List<RecordingGroup> groups = [];
        for (var step = 0; step < 20_000 || open.Count > 0; step++)
        {
            if (step < 20_000 && NewCall(types[random.Next(types.Length)], random.Next(1, 10)) is var call && queue.TryAdd(call))
            {
                open.Add(call);
            }

            if (open.Count > 0 && random.Next(10) == 0)
            {
                queue.Abandon(open[random.Next(open.Count)]);
            }

            if (groups.Count < 2 && queue.WaitAsync().IsCompleted)
            {
                groups.Add(queue.Take());
            }

            if (groups.Count > 0 && random.Next(2) == 0)
            {
                var group = groups[random.Next(groups.Count)];
                groups.Remove(group);
                queue.Return(group, [.. group.Events.Select(_ => (random.Next(12) + (step < 20_000 ? 0 : 2)) switch
                {
                    0 => RecordingOutcome.TypeLocked.Instance,
                    1 => (RecordingOutcome)RecordingOutcome.KeyUndecided.Instance,
                    _ => RecordingOutcome.Recorded.Instance,
                })]);
            }

            _clock.Advance(TimeSpan.FromMilliseconds(5));
            open.RemoveAll(call => call.State == RecordingState.Done);
        }

        Assert.That(queue.EventsQueued, Is.Zero);
        Assert.That(Enumerable.Range(0, Room).Count(_ => queue.TryAdd(NewCall(_a, 1))), Is.EqualTo(Room / 2));
        queue.End();
        groups.Add(queue.Take());
        Assert.That(groups[^1].Events, Has.Count.EqualTo(Room / 2));
        queue.Return(groups[^1], [.. groups[^1].Events.Select(_ => RecordingOutcome.Recorded.Instance)]);
        Assert.That(await queue.WaitAsync(), Is.False);
    }

    private static EventType NewType() => new()
    {
        Id = new EventTypeId(Ids.Next()),
        TenantId = new TenantId(Ids.Next()),
        Name = EventTypeName.Parse("order.paid"),
        CreatedAt = TimeProvider.System.GetUtcNow(),
        UpdatedAt = TimeProvider.System.GetUtcNow(),
    };

    private static QueuedEvent NewEvent(EventType type, int bytes = 10) => new(type.Record(new EventId(Ids.Next()), ContactId.Parse("ctc_1"),
        Payload.Parse(JsonElement.Parse($$"""{"n":"{{new string('x', bytes - 8)}}"}""")).Value, null, null, TimeProvider.System.GetUtcNow(),
        new Work(Work.PerPayload)).Value);

    private static RecordingCall NewCall(EventType type, int events, int bytes = 10) => new([.. Enumerable.Range(0, events).Select(_ => NewEvent(type, bytes))]);

    private static IEnumerable<Event> EventsOf(RecordingCall call) => call.Events.Select(queued => queued.Event);

    private static async Task<IEnumerable<RecordingOutcome?>> OutcomesAsync(RecordingCall call)
    {
        await call.Completion.WaitAsync(TimeSpan.FromSeconds(10));
        return call.Events.Select(queued => queued.Outcome);
    }

    private RecordingCall Add(EventType type, int events, int bytes = 10)
    {
        var call = NewCall(type, events, bytes);
        Assert.That(_queue.TryAdd(call), Is.True);
        return call;
    }

    private List<RecordingCall> AddMany(EventType type, int calls, int ofEach = 1) => [.. Enumerable.Range(0, calls).Select(_ => Add(type, ofEach))];

    private async Task<RecordingGroup> TakeAsync()
    {
        Assert.That(await _queue.WaitAsync().WaitAsync(TimeSpan.FromSeconds(10)), Is.True);
        return _queue.Take();
    }

    private void Return(RecordingGroup group, RecordingOutcome? outcome = null) =>
        _queue.Return(group, [.. group.Events.Select(_ => outcome ?? RecordingOutcome.Recorded.Instance)]);

    private (int A, int B, int C) Counts(RecordingGroup group) => (Count(group, _a), Count(group, _b), Count(group, _c));

    private static int Count(RecordingGroup group, EventType type) => group.Events.Count(e => e.TenantId == type.TenantId);
}
