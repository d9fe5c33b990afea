using Flownally.Application.EventTypes;
using Flownally.Application.Feed;
using Flownally.Application.Sharing;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Flownally.Application.Tests.EventTypes;

public sealed class UpdateEventTypeTests
{
    private static readonly EventTypeChange Nothing = new(null, default, default);

    private static readonly EventTypeChange RequireId = Nothing with { PayloadSchema = Types.Schema("""{"type":"object","required":["id"]}""") };


    private readonly FakeTimeProvider _clock = new(Types.Created.AddDays(1));
    private readonly Mock<IStoredPayloads> _payloads = new();

    [Test]
    public async Task What_is_absent_stays_and_null_clears()
    {
        var types = new Types(Types.Type("""{"type":"object"}"""));
        var renamed = (await UpdateAsync(types, Nothing with { Name = EventTypeName.Parse("order.settled") })).Value;
        var cleared = (await UpdateAsync(types, Nothing with { Description = new Optional<string>(null), PayloadSchema = new Optional<PayloadSchema>(null) })).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(renamed.EventType.Name.Value, Is.EqualTo("order.settled"));
            Assert.That(renamed.EventType.Description, Is.EqualTo("An order was paid."));
            Assert.That(renamed.EventType.PayloadSchema, Is.Not.Null);
            Assert.That((renamed.Revision, renamed.EventType.SchemaVersion, renamed.EventType.UpdatedAt), Is.EqualTo((4, 1, _clock.GetUtcNow())));
            Assert.That(cleared.EventType.Description, Is.Null);
            Assert.That(cleared.EventType.PayloadSchema, Is.Null);
            Assert.That(cleared.EventType.SchemaVersion, Is.EqualTo(2));
        }
    }

    [Test]
    public async Task A_change_that_changes_nothing_writes_nothing()
    {
        var types = new Types(Types.Type("""{"type":"object","minProperties":1}"""));
        var same = (await UpdateAsync(types, Nothing with { PayloadSchema = Types.Schema("""{"minProperties":1.0,"type":"object"}""") })).Value;
        Assert.That((same.Revision, same.EventType.SchemaVersion, same.EventType.UpdatedAt), Is.EqualTo((3, 1, Types.Created)));
        types.Locked.Verify(locked => locked.SaveAsync(It.IsAny<EventType>(), It.IsAny<SchemaAcceptance>(), It.IsAny<ApiKeyId?>(), default), Times.Never);
    }

    [Test]
    public async Task A_predefined_type_takes_a_description_only()
    {
        var types = new Types(Types.Type(predefined: true));
        Assert.That((await UpdateAsync(types, Nothing with { Description = "Another one." })).IsSuccess, Is.True);
        Assert.That((await UpdateAsync(types, Nothing with { Name = EventTypeName.Parse("other") })).Error, Is.TypeOf<EventTypePredefined>());
        Assert.That((await UpdateAsync(types, RequireId)).Error, Is.TypeOf<EventTypePredefined>());
    }

    [Test]
    public async Task A_schema_that_stored_events_fit_is_taken()
    {
        var types = new Types(Types.Type(), Types.Payload(1, """{"id":1}"""));
        Assert.That((await UpdateAsync(types, RequireId)).Value.EventType.SchemaVersion, Is.EqualTo(2));
        types.Locked.Verify(locked => locked.CommitAsync(default));
    }

    [Test]
    public async Task A_schema_that_stored_events_break_is_refused_with_all_they_break()
    {
        var broken = Enumerable.Range(1, 7).Select(number => Types.Payload(number, "{}")).ToArray();
        var types = new Types(Types.Type(), [.. broken, Types.Payload(8, """{"id":1}""")]);
        var error = (SchemaIncompatible)(await UpdateAsync(types, RequireId)).Error!;
        var rule = error.Incompatibilities.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That((rule.Pointer, rule.EventCount), Is.EqualTo(("/required", 7)));
            Assert.That(rule.Change, Does.StartWith("The rule was added"));
            Assert.That(rule.EventIds, Is.EqualTo(broken.Take(5).Select(stored => stored.Id)));
        }

        types.Locked.Verify(locked => locked.SaveAsync(It.IsAny<EventType>(), It.IsAny<SchemaAcceptance>(), It.IsAny<ApiKeyId?>(), default), Times.Never);
    }

    [Test]
    public async Task Many_events_are_looked_at_without_a_lock_first()
    {
        var stored = Enumerable.Range(1, 1_500).Select(number => Types.Payload(number, number == 1_400 ? "{}" : """{"id":1}""")).ToArray();
        var types = new Types(Types.Type(), stored);
        _payloads.Setup(p => p.ScanAsync(default, types.Locked.Object.Type.Id, FeedHorizon.Beginning, It.IsAny<Action<StoredPayload>>(), default))
            .Callback(() => types.Locked.Verify(locked => locked.DisposeAsync(), Times.Once))
            .ReturnsAsync((Domain.Tenants.TenantId _, EventTypeId _, FeedHorizon _, Action<StoredPayload> visit, CancellationToken _) =>
            {
                stored.Take(1_300).ToList().ForEach(visit);
                return new FeedHorizon(1_300);
            });
        var error = (SchemaIncompatible)(await UpdateAsync(types, RequireId)).Error!;
        Assert.That(error.Incompatibilities.Single().EventCount, Is.EqualTo(1));
    }

    [Test]
    public async Task What_is_proved_needs_no_look_at_what_is_stored()
    {
        var types = new Types(Types.Type("""{"type":"object","required":["id","total"]}"""), Types.Payload(1, """{"id":1,"total":2}"""));
        Assert.That((await UpdateAsync(types, RequireId)).Value.EventType.SchemaVersion, Is.EqualTo(2));
        types.Locked.Verify(locked => locked.ScanAsync(It.IsAny<FeedHorizon>(), It.IsAny<int?>(), It.IsAny<Action<StoredPayload>>(), default), Times.Never);
        types.Locked.Verify(locked => locked.CommitAsync(default));
    }

    [TestCase("""{"type":"object","required":["id"]}""", "{}", SchemaAcceptance.Proof)]
    [TestCase("""{"type":"object"}""", """{"type":"object","minProperties":1}""", SchemaAcceptance.Scan)]
    [TestCase("""{"type":"object"}""", null, SchemaAcceptance.Proof)]
    public async Task Why_and_by_whom_a_schema_was_accepted_is_kept(string before, string? after, SchemaAcceptance acceptance)
    {
        var types = new Types(Types.Type(before));
        Assert.That((await UpdateAsync(types, Nothing with { PayloadSchema = new Optional<PayloadSchema>(after is null ? null : Types.Schema(after)) })).IsSuccess);
        types.Locked.Verify(locked => locked.SaveAsync(It.IsAny<EventType>(), acceptance, Callers.WithKey.KeyId, default));
    }

    [Test]
    public async Task A_proof_about_an_older_revision_is_worth_nothing()
    {
        var types = new Types(Types.Type(), Types.Payload(1, "{}"));
        var earlier = Types.Type("""{"type":"object","required":["id"]}""").Change(Nothing with { Name = EventTypeName.Parse("other") }, Types.Created).Value;
        types.Repository.Setup(t => t.FindAsync(default, earlier.Id, default)).ReturnsAsync(earlier);
        Assert.That((await UpdateAsync(types, RequireId)).Error, Is.TypeOf<SchemaIncompatible>());
    }

    [Test]
    public async Task Validating_only_writes_but_never_commits()
    {
        var types = new Types(Types.Type());
        Assert.That((await UpdateAsync(types, RequireId, validateOnly: true)).Value.EventType.SchemaVersion, Is.EqualTo(2));
        types.Locked.Verify(locked => locked.SaveAsync(It.IsAny<EventType>(), It.IsAny<SchemaAcceptance>(), It.IsAny<ApiKeyId?>(), default));
        types.Locked.Verify(locked => locked.CommitAsync(default), Times.Never);
    }

    [Test]
    public async Task A_name_that_is_taken_is_refused()
    {
        var types = new Types(Types.Type());
        var taken = new EventTypeNameTaken(EventTypeName.Parse("other"));
        types.Locked.Setup(locked => locked.SaveAsync(It.IsAny<EventType>(), It.IsAny<SchemaAcceptance>(), It.IsAny<ApiKeyId?>(), default)).ReturnsAsync(taken);
        Assert.That((await UpdateAsync(types, Nothing with { Name = taken.Name })).Error, Is.SameAs(taken));
        types.Locked.Verify(locked => locked.CommitAsync(default), Times.Never);
    }

    [TestCase(3, true)]
    [TestCase(2, false)]
    public async Task A_condition_must_name_the_present_revision(int revision, bool met)
    {
        var result = await UpdateAsync(new Types(Types.Type()), RequireId, [revision]);
        Assert.That(result.Error, met ? Is.Null : Is.TypeOf<PreconditionFailed>());
    }

    [Test]
    public async Task A_type_that_is_not_there_is_not_found()
    {
        var handler = new UpdateEventTypeHandler(Mock.Of<IEventTypeRepository>(), _payloads.Object, new ProcessorShares(), new SchemaDecisionMetrics(Meters.Factory), _clock, Mapping.Mapper);
        Assert.That((await handler.Handle(new UpdateEventType(Callers.Operator, default, Nothing), default)).Error, Is.TypeOf<EventTypeNotFound>());
    }

    [TestCase(1_000, true)]
    [TestCase(1_001, false)]
    public void A_description_has_at_most_1000_characters(int length, bool valid)
    {
        var text = string.Concat(Enumerable.Repeat("😀", length));
        var command = new UpdateEventType(Callers.Operator, default, Nothing with { Description = text });
        Assert.That(new UpdateEventTypeValidator().Validate(command).IsValid, Is.EqualTo(valid));
    }

    private Task<Result<EventTypeRevision>> UpdateAsync(Types types, EventTypeChange change, int[]? ifMatch = null, bool validateOnly = false) =>
        new UpdateEventTypeHandler(types.Repository.Object, _payloads.Object, new ProcessorShares(), new SchemaDecisionMetrics(Meters.Factory), _clock, Mapping.Mapper)
            .Handle(new UpdateEventType(Callers.WithKey, types.Locked.Object.Type.Id, change, ifMatch, validateOnly), default);
}
