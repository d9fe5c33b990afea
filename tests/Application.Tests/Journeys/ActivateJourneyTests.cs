using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class ActivateJourneyTests
{
    [TestCase(JourneyStatus.Draft)]
    [TestCase(JourneyStatus.Paused)]
    public async Task A_journey_becomes_active(JourneyStatus before)
    {
        var journeys = new Journeys(Journeys.Journey(before));
        Assert.That((await ActivateAsync(journeys)).Value.Journey.Status, Is.EqualTo(JourneyStatus.Active));
        journeys.VerifySaved(JourneyStatus.Active);
    }

    [Test]
    public async Task An_active_journey_stays_as_it_is()
    {
        var journeys = new Journeys(Journeys.Journey(JourneyStatus.Active));
        Assert.That((await ActivateAsync(journeys)).Value.Revision, Is.EqualTo(3));
        journeys.VerifyUntouched();
    }

    [Test]
    public async Task A_journey_that_is_not_ready_stays_as_it_is()
    {
        var draft = Journeys.Journey().Change(new JourneyChange(TriggerConfig: new Optional<TriggerConfigChange>(null)), Journeys.Created).Value;
        var journeys = new Journeys(draft);
        Assert.That((await ActivateAsync(journeys)).Error, Is.TypeOf<JourneyNotReady>());
        journeys.VerifyUntouched();
    }

    [Test]
    public async Task A_journey_that_has_changed_since_stays_as_it_is()
    {
        var journeys = new Journeys(Journeys.Journey());
        Assert.That((await ActivateAsync(journeys, [2])).Error, Is.TypeOf<PreconditionFailed>());
        journeys.VerifyUntouched();
    }

    [Test]
    public async Task One_too_many_stays_as_it_is()
    {
        var journeys = new Journeys(Journeys.Journey());
        var reached = new LimitReached("active journeys about one event type", 2);
        journeys.Locked.Setup(locked => locked.SaveAsync(It.IsAny<Journey>(), 2, default)).ReturnsAsync(reached);
        var command = new ActivateJourney(Callers.Limited(TenantLimit.ActiveJourneysPerType, 2), journeys.Id);
        Assert.That((await new ActivateJourneyHandler(journeys.Changer, TimeProvider.System).Handle(command, default)).Error, Is.SameAs(reached));
        journeys.VerifyUntouched();
    }

    [Test]
    public async Task A_journey_that_is_not_there_is_not_found()
    {
        var handler = new ActivateJourneyHandler(new JourneyChanger(Mock.Of<IJourneyRepository>(), Mapping.Mapper), TimeProvider.System);
        Assert.That((await handler.Handle(new ActivateJourney(Callers.Operator, default), default)).Error, Is.TypeOf<JourneyNotFound>());
    }

    private static Task<Result<JourneyRevision>> ActivateAsync(Journeys journeys, int[]? ifMatch = null) =>
        new ActivateJourneyHandler(journeys.Changer, TimeProvider.System).Handle(new ActivateJourney(Callers.Operator, journeys.Id, ifMatch), default);
}
