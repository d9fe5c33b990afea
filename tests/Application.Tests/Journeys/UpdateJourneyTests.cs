using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class UpdateJourneyTests
{
    private static readonly JourneyChange Rename = new(JourneyName.Parse("Other"));

    private readonly FakeTimeProvider _clock = new(Journeys.Created.AddDays(1));

    [Test]
    public async Task A_change_is_stored_and_shown()
    {
        var journeys = new Journeys(Journeys.Journey());
        var (journey, revision) = (await UpdateAsync(journeys, Rename)).Value;
        Assert.That((journey.Name.Value, journey.UpdatedAt, revision), Is.EqualTo(("Other", _clock.GetUtcNow(), 4)));
        journeys.VerifySaved(JourneyStatus.Draft);
    }

    [Test]
    public async Task A_change_that_changes_nothing_writes_nothing()
    {
        var journeys = new Journeys(Journeys.Journey());
        Assert.That((await UpdateAsync(journeys, new JourneyChange(EntryMode: EntryMode.EveryTime))).Value.Revision, Is.EqualTo(3));
        journeys.Locked.Verify(locked => locked.SaveAsync(It.IsAny<Journey>(), null, default), Times.Never);
        journeys.VerifyUntouched();
    }

    [Test]
    public async Task What_the_domain_refuses_is_refused()
    {
        var journeys = new Journeys(Journeys.Journey(JourneyStatus.Active));
        Assert.That((await UpdateAsync(journeys, new JourneyChange(TriggerConfig: new Optional<TriggerConfigChange>(null)))).Error, Is.TypeOf<JourneyNotReady>());
        journeys.VerifyUntouched();
    }

    [Test]
    public async Task A_type_that_is_unknown_is_refused()
    {
        var journeys = new Journeys(Journeys.Journey());
        var unknown = new EventTypeUnknown("/triggerConfig/eventTypeId");
        journeys.Locked.Setup(locked => locked.SaveAsync(It.IsAny<Journey>(), null, default)).ReturnsAsync(unknown);
        Assert.That((await UpdateAsync(journeys, new JourneyChange(TriggerConfig: new TriggerConfigChange(default(EventTypeId))))).Error, Is.SameAs(unknown));
        journeys.VerifyUntouched();
    }

    [TestCase(3, true)]
    [TestCase(2, false)]
    public async Task A_condition_must_name_the_present_revision(int revision, bool met) =>
        Assert.That((await UpdateAsync(new Journeys(Journeys.Journey()), Rename, [revision])).Error, met ? Is.Null : Is.TypeOf<PreconditionFailed>());

    [Test]
    public async Task A_journey_that_is_not_there_is_not_found()
    {
        var handler = new UpdateJourneyHandler(new JourneyChanger(Mock.Of<IJourneyRepository>(), Mapping.Mapper), _clock);
        Assert.That((await handler.Handle(new UpdateJourney(Callers.Operator, default, Rename), default)).Error, Is.TypeOf<JourneyNotFound>());
    }

    [TestCase(true)]
    [TestCase(false, "/target/url")]
    public void A_target_that_would_never_be_called_is_refused(bool allowed, params string[] fields)
    {
        var validator = new UpdateJourneyValidator(Journeys.Gate(allowed));
        var command = new UpdateJourney(Callers.Operator, default, new JourneyChange(Target: new TargetChange(Journeys.Target.Url)));
        Assert.That(validator.Validate(command).Errors.Select(fault => fault.PropertyName), Is.EqualTo(fields));
        Assert.That(validator.Validate(command with { Change = Rename }).IsValid);
        Assert.That(validator.Validate(command with { Change = new JourneyChange(Target: new TargetChange(Secret: Journeys.Target.Secret)) }).IsValid);
    }

    private Task<Result<JourneyRevision>> UpdateAsync(Journeys journeys, JourneyChange change, int[]? ifMatch = null) =>
        new UpdateJourneyHandler(journeys.Changer, _clock).Handle(new UpdateJourney(Callers.Operator, journeys.Id, change, ifMatch), default);
}
