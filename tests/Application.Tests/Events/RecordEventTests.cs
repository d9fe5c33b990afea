using Flownally.Application.Contacts;
using Flownally.Application.Events;
using Flownally.Application.EventTypes;
using Flownally.Application.Sharing;
using Flownally.Application.Tests.Contacts;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Flownally.Application.Tests.Events;

public sealed class RecordEventTests
{
    private static readonly ContactId Contact = ContactId.Parse("ctc_1");
    private static readonly IdempotencyKey Key = IdempotencyKey.Parse("k-1");

    private static readonly EventRateLimits Rates = new();

    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero));
    private KnownContacts _contacts = new();
    private readonly Mock<IEventTypeCatalog> _catalog = new();
    private readonly Mock<IEventLog> _log = new();
    private readonly Mock<IEventQueries> _events = new();
    private readonly ContactOptions _options = new();
    private readonly RecordEvent _command;
    private readonly EventType _type;

    public RecordEventTests()
    {
        var tenant = new Tenant { Id = new TenantId(new IdGenerator(_clock).Next()), Name = "Test", CreatedAt = _clock.GetUtcNow() };
        _type = tenant.PredefinedEventTypes(new IdGenerator(_clock)).First();
        _command = new RecordEvent(Caller.Operator(tenant.Id), Contact, new EventTypeReference(null, _type.Name.Value), Payload.Empty);
    }

    [SetUp]
    public void Start()
    {
        _options.UnknownContact = UnknownContact.Accept;
        _contacts = new KnownContacts();
        Mock[] mocks = [_catalog, _log, _events];
        foreach (var mock in mocks)
        {
            mock.Reset();
        }

        _catalog.Setup(c => c.FindAsync(_command.TenantId, _command.EventType, It.IsAny<bool>(), default)).ReturnsAsync(_type);
        SetOutcome(RecordingOutcome.Recorded.Instance);
    }

    [Test]
    public async Task What_the_log_has_recorded_is_answered()
    {
        var recorded = (await SendAsync(_command)).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(recorded.Replayed, Is.False);
            Assert.That(recorded.Event.EventTypeName, Is.EqualTo(_type.Name.Value));
            Assert.That(recorded.Event.OccurredAt, Is.EqualTo(_clock.GetUtcNow()));
            Assert.That(recorded.Event.IdempotencyKey, Is.Null);
        }
    }

    [Test]
    public async Task An_unknown_type_is_refused()
    {
        _catalog.Setup(c => c.FindAsync(_command.TenantId, _command.EventType, It.IsAny<bool>(), default)).ReturnsAsync((EventType?)null);
        Assert.That((await SendAsync(_command)).Error, Is.TypeOf<EventTypeUnknown>());
    }

    [Test]
    public async Task A_type_that_changed_is_read_afresh_and_the_event_is_made_again()
    {
        _log.SetupSequence(log => log.RecordAsync(It.IsAny<Event>(), default))
            .ReturnsAsync(RecordingOutcome.TypeChanged.Instance).ReturnsAsync(RecordingOutcome.Recorded.Instance);
        Assert.That((await SendAsync(_command)).IsSuccess);
        _catalog.Verify(c => c.FindAsync(_command.TenantId, _command.EventType, true, default), Times.Once);
    }

    [Test]
    public async Task What_could_not_be_written_is_told_without_the_inside()
    {
        SetOutcome(new RecordingOutcome.Failed(new DatabaseUnavailableException("It is away.")));
        Assert.That((await SendAsync(_command)).Error! with { Cause = null }, Is.EqualTo(new DatabaseUnavailable()));
        SetOutcome(new RecordingOutcome.Failed(new InvalidOperationException("A bug.")));
        Assert.That((await SendAsync(_command)).Error! with { Cause = null }, Is.EqualTo(new Internal()));
    }

    [Test]
    public async Task Where_too_much_waits_the_caller_is_turned_away()
    {
        SetOutcome(RecordingOutcome.Overloaded.Instance);
        Assert.That((await SendAsync(_command)).Error, Is.TypeOf<Overloaded>());
    }

    [TestCase(UnknownContact.Accept, true)]
    [TestCase(UnknownContact.Reject, false)]
    public async Task The_setting_decides_about_unknown_contacts(UnknownContact setting, bool recorded)
    {
        _options.UnknownContact = setting;
        Assert.That((await SendAsync(_command)).Error, recorded ? Is.Null : Is.TypeOf<ContactNotFound>());
    }

    [Test]
    public async Task A_known_contact_is_never_refused()
    {
        _options.UnknownContact = UnknownContact.Reject;
        _contacts = new KnownContacts(Contact);
        Assert.That((await SendAsync(_command)).IsSuccess);
    }

    [Test]
    public async Task Two_keys_that_differ_are_refused_before_anything_is_recorded()
    {
        var result = await SendAsync(_command with { BodyKey = Key, HeaderKey = IdempotencyKey.Parse("k-2") });
        Assert.That(result.Error, Is.TypeOf<IdempotencyKeyConflict>());
        _log.VerifyNoOtherCalls();
    }

    [Test]
    public async Task A_taken_body_key_is_a_conflict_that_tells_whether_the_request_was_the_same()
    {
        var first = new EventId(new IdGenerator(_clock).Next());
        SetOutcome(new RecordingOutcome.KeyTaken(first, Fingerprint.Of(Contact, _type.Id, Payload.Empty, null)));
        Assert.That((await SendAsync(_command with { BodyKey = Key })).Error, Is.EqualTo(new IdempotencyKeyExists(first, true)));
        Assert.That((await SendAsync(_command with { BodyKey = Key, OccurredAt = _clock.GetUtcNow() })).Error,
            Is.EqualTo(new IdempotencyKeyExists(first, false)));
    }

    [Test]
    public async Task A_taken_header_key_replays_the_same_request_and_refuses_another()
    {
        var first = new EventId(new IdGenerator(_clock).Next());
        var stored = new EventResponse { Id = first, EventTypeName = "renamed.since" };
        _events.Setup(e => e.FindAsync(_command.TenantId, first, default)).ReturnsAsync(stored);
        SetOutcome(new RecordingOutcome.KeyTaken(first, Fingerprint.Of(Contact, _type.Id, Payload.Empty, null)));
        Assert.That((await SendAsync(_command with { HeaderKey = Key })).Value, Is.EqualTo(new RecordedEvent(stored, true)));
        Assert.That((await SendAsync(_command with { HeaderKey = Key, OccurredAt = _clock.GetUtcNow() })).Error, Is.TypeOf<IdempotencyKeyReused>());
    }

    private void SetOutcome(RecordingOutcome outcome) => _log.Setup(log => log.RecordAsync(It.IsAny<Event>(), default)).ReturnsAsync(outcome);

    private Task<Domain.Result<RecordedEvent>> SendAsync(RecordEvent command) => new RecordEventHandler(new EventRecorder(
        new ContactGate(_contacts, Options.Create(_options)), _catalog.Object, _log.Object, Rates, new ProcessorShares(), new IdGenerator(_clock), _clock), _events.Object, Mapping.Mapper).Handle(command, default);
}
