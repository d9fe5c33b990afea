using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class GetJourneyTests
{
    [Test]
    public async Task A_journey_is_shown_with_its_revision()
    {
        var found = new JourneyRevision(new JourneyResponse(), 3);
        Assert.That((await GetAsync(found)).Value, Is.SameAs(found));
    }

    [Test]
    public async Task A_journey_that_is_not_there_is_not_found() => Assert.That((await GetAsync(null)).Error, Is.TypeOf<JourneyNotFound>());

    private static Task<Result<JourneyRevision>> GetAsync(JourneyRevision? found)
    {
        var queries = new Mock<IJourneyQueries>();
        queries.Setup(q => q.FindAsync(default, default, default)).ReturnsAsync(found);
        return new GetJourneyHandler(queries.Object).Handle(new GetJourney(Callers.Operator, default), default);
    }
}
