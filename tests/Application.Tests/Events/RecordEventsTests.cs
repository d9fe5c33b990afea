using Flownally.Application.Contacts;
using Flownally.Application.Events;
using Flownally.Application.EventTypes;
using Flownally.Application.Sharing;
using Flownally.Application.Tests.Contacts;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Options;
using Moq;

namespace Flownally.Application.Tests.Events;

public sealed class RecordEventsTests
{
    private static readonly TimeProvider Clock = TimeProvider.System;
    private static readonly IdGenerator Ids = new(Clock);
    private static readonly EventRateLimits Rates = new();

    private readonly Tenant _tenant = new() { Id = new TenantId(Ids.Next()), Name = "Test", CreatedAt = Clock.GetUtcNow() };
    private readonly List<IReadOnlyList<Event>> _recorded = [];
    private readonly Mock<IEventTypeCatalog> _catalog = new();
    private readonly Mock<IEventLog> _log = new();
    private readonly KnownContacts _contacts = new(ContactId.Parse("ctc_1"), ContactId.Parse("ctc_3"));

    /// <summary>By contact; all others are recorded.</summary>
    private readonly Dictionary<string, Queue<RecordingOutcome>> _outcomes = [];

    public RecordEventsTests()
    {
        foreach (var type in _tenant.PredefinedEventTypes(Ids))
        {
            Find(type.Name.Value).ReturnsAsync(type);
        }

        _log.Setup(log => log.RecordAsync(It.IsAny<IReadOnlyList<Event>>(), default)).ReturnsAsync((IReadOnlyList<Event> events, CancellationToken _) =>
        {
            _recorded.Add(events);
            return [.. events.Select(e => _outcomes.TryGetValue(e.ContactId.Value, out var next) && next.TryDequeue(out var outcome)
                ? outcome
                : RecordingOutcome.Recorded.Instance)];
        });
    }

    [SetUp]
    public void Start()
    {
        _recorded.Clear();
        _outcomes.Clear();
    }

    [Test]
    public async Task Each_is_recorded_or_refused_by_itself_and_in_its_place()
    {
        var unreadable = new ValidationFailed([new FieldViolation("/contactId", "required", "The member 'contactId' is required.")]);
        var taken = new EventId(Ids.Next());
        _outcomes["ctc_2"] = new([RecordingOutcome.Overloaded.Instance]);
        _outcomes["ctc_3"] = new([new RecordingOutcome.Failed(new DatabaseUnavailableException("It is away."))]);
        _outcomes["ctc_4"] = new([new RecordingOutcome.Failed(new InvalidOperationException("A bug."))]);
        _outcomes["ctc_5"] = new([new RecordingOutcome.KeyTaken(taken, default)]);
        var results = await SendAsync(Moment("ctc_1"), unreadable, Moment("ctc_2"), Moment("ctc_3"), Moment("ctc_4"), Moment("ctc_5"), Moment("ctc_6"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(_recorded.Single().Select(e => e.ContactId.Value), Is.EqualTo(Enumerable.Range(1, 6).Select(i => $"ctc_{i}")));
            Assert.That(results[0].Value, Is.EqualTo(_recorded[0][0].Id));
            Assert.That(results[^1].Value, Is.EqualTo(_recorded[0][^1].Id));
            Assert.That(results.Skip(1).SkipLast(1).Select(result => result.Error! with { Cause = null }), Is.EqualTo(new Error[]
            {
                unreadable, new Overloaded(), new DatabaseUnavailable(), new Internal(), new IdempotencyKeyExists(taken, SameRequest: false),
            }));
        }
    }

    [Test]
    public async Task What_is_wrong_is_refused_before_anything_is_written()
    {
        var results = await SendAsync(Moment("ctc_1", "no.such"), Moment("ctc_2") with { OccurredAt = DateTimeOffset.MaxValue });
        Assert.That(results[0].Error, Is.TypeOf<EventTypeUnknown>());
        Assert.That(results[1].Error, Is.TypeOf<ValidationFailed>());
        Assert.That(_recorded, Is.Empty);
    }

    [Test]
    public async Task A_lookup_that_fails_touches_no_other()
    {
        Find("order.paid").ThrowsAsync(new DatabaseUnavailableException("It is away."));
        var results = await SendAsync(Moment("ctc_1", "order.paid"), Moment("ctc_2"));
        Assert.That(results[0].Error! with { Cause = null }, Is.EqualTo(new DatabaseUnavailable()));
        Assert.That(results[1].IsSuccess);
    }

    [Test]
    public async Task Only_those_whose_type_changed_are_decided_again()
    {
        _outcomes["ctc_2"] = new([RecordingOutcome.TypeChanged.Instance, RecordingOutcome.TypeChanged.Instance]);
        var results = await SendAsync(Moment("ctc_1"), Moment("ctc_2"));
        Assert.That(results.Select(result => result.IsSuccess), Is.All.True);
        Assert.That(_recorded.Select(events => events.Count), Is.EqualTo((int[])[2, 1, 1]));
        _catalog.Verify(c => c.FindAsync(_tenant.Id, new EventTypeReference(null, "signup.completed"), true, default), Times.Exactly(2));
    }

    [Test]
    public async Task A_type_is_looked_up_once_for_all()
    {
        _catalog.Invocations.Clear();
        await SendAsync([.. Enumerable.Range(0, 100).Select(i => (Result<RecordEvent>)Moment($"ctc_{i}"))]);
        Assert.That(_catalog.Invocations, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_caller_that_goes_is_no_failure()
    {
        Find("order.paid").ThrowsAsync(new OperationCanceledException());
        await Assert.ThatAsync(() => SendAsync(Moment("ctc_1", "order.paid")), Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task What_exceeds_the_rate_is_refused_and_what_precedes_it_is_recorded()
    {
        var limited = Caller.With(new ApiKey { Id = default, TenantId = _tenant.Id, Role = Role.Owner, Scopes = Scopes.All, CreatedAt = default },
            new TenantLimits(new Dictionary<TenantLimit, int?> { [TenantLimit.EventsPerSecond] = 2 }));
        var results = await SendAsync(Limited("ctc_1"), Limited("ctc_2"), Limited("ctc_3"));
        Assert.That(results.Select(result => result.Error?.Code), Is.EqualTo((string?[])[null, null, "rateLimited"]));
        Assert.That(_recorded.Single().Select(e => e.ContactId.Value), Is.EqualTo((string[])["ctc_1", "ctc_2"]));

        Result<RecordEvent> Limited(string contact) => Moment(contact) with { Caller = limited };
    }

    [Test]
    public async Task Unknown_contacts_are_refused_each_and_asked_for_together()
    {
        var results = await SendAsync(new ContactOptions { UnknownContact = UnknownContact.Reject }, Moment("ctc_1"), Moment("ctc_2"), Moment("ctc_3"), Moment("ctc_1"));
        Assert.That(results.Select(result => result.Error?.Code), Is.EqualTo((string?[])[null, "contactNotFound", null, null]));
        Assert.That(_contacts.Queries, Is.EqualTo(1));
    }

    private RecordEvent Moment(string contact, string type = "signup.completed") =>
        new(Caller.Operator(_tenant.Id), ContactId.Parse(contact), new EventTypeReference(null, type), Payload.Empty, BodyKey: IdempotencyKey.Parse("key of " + contact));

    private Moq.Language.Flow.ISetup<IEventTypeCatalog, ValueTask<EventType?>> Find(string type) =>
        _catalog.Setup(c => c.FindAsync(_tenant.Id, new EventTypeReference(null, type), It.IsAny<bool>(), default));

    private Task<IReadOnlyList<Result<EventId>>> SendAsync(params Result<RecordEvent>[] events) => SendAsync(new ContactOptions(), events);

    private async Task<IReadOnlyList<Result<EventId>>> SendAsync(ContactOptions options, params Result<RecordEvent>[] events)
    {
        var recorder = new EventRecorder(new ContactGate(_contacts, Options.Create(options)), _catalog.Object, _log.Object,
            Rates, new ProcessorShares(), Ids, Clock);
        return (await new RecordEventsHandler(new RecordEventValidator(Clock), recorder).Handle(new RecordEvents(events[0].Value.Caller, events), default)).Value.Results;
    }
}
