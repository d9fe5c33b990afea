using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class PauseJourneyTests
{
    [Test]
    public async Task An_active_journey_is_paused()
    {
        var journeys = new Journeys(Journeys.Journey(JourneyStatus.Active));
        Assert.That((await PauseAsync(journeys)).Value.Journey.Status, Is.EqualTo(JourneyStatus.Paused));
        journeys.VerifySaved(JourneyStatus.Paused);
    }

    [TestCase(JourneyStatus.Draft)]
    [TestCase(JourneyStatus.Paused)]
    public async Task A_journey_that_is_not_active_stays_as_it_is(JourneyStatus status)
    {
        var journeys = new Journeys(Journeys.Journey(status));
        Assert.That((await PauseAsync(journeys)).Value.Journey.Status, Is.EqualTo(status));
        journeys.VerifyUntouched();
    }

    [Test]
    public async Task A_journey_that_has_changed_since_stays_as_it_is()
    {
        var journeys = new Journeys(Journeys.Journey(JourneyStatus.Active));
        Assert.That((await PauseAsync(journeys, [2])).Error, Is.TypeOf<PreconditionFailed>());
        journeys.VerifyUntouched();
    }

    [Test]
    public async Task A_journey_that_is_not_there_is_not_found()
    {
        var handler = new PauseJourneyHandler(new JourneyChanger(Mock.Of<IJourneyRepository>(), Mapping.Mapper), TimeProvider.System);
        Assert.That((await handler.Handle(new PauseJourney(Callers.Operator, default), default)).Error, Is.TypeOf<JourneyNotFound>());
    }

    private static Task<Result<JourneyRevision>> PauseAsync(Journeys journeys, int[]? ifMatch = null) =>
        new PauseJourneyHandler(journeys.Changer, TimeProvider.System).Handle(new PauseJourney(Callers.Operator, journeys.Id, ifMatch), default);
}
