using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class DeleteJourneyTests
{
    private readonly FakeTimeProvider _clock = new(Journeys.Created.AddDays(1));

    [Test]
    public async Task A_journey_is_deleted()
    {
        var journeys = new Journeys(Journeys.Journey(JourneyStatus.Active));
        Assert.That((await DeleteAsync(journeys, [2, 3])).IsSuccess);
        journeys.Locked.Verify(locked => locked.DeleteAsync(_clock.GetUtcNow(), default));
        journeys.Locked.Verify(locked => locked.CommitAsync(default));
    }

    [Test]
    public async Task A_journey_that_has_changed_since_stays()
    {
        var journeys = new Journeys(Journeys.Journey());
        Assert.That((await DeleteAsync(journeys, [2])).Error, Is.TypeOf<PreconditionFailed>());
        journeys.VerifyUntouched();
    }

    [Test]
    public async Task A_journey_that_is_not_there_is_not_found() => Assert.That(
        (await new DeleteJourneyHandler(Mock.Of<IJourneyRepository>(), _clock).Handle(new DeleteJourney(Callers.Operator, default), default)).Error, Is.TypeOf<JourneyNotFound>());

    private Task<Result<JourneyId>> DeleteAsync(Journeys journeys, int[]? ifMatch) =>
        new DeleteJourneyHandler(journeys.Repository.Object, _clock).Handle(new DeleteJourney(Callers.Operator, journeys.Id, ifMatch), default);
}
