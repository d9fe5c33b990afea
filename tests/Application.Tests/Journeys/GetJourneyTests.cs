using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class GetJourneyTests
{
    private readonly Mock<IJourneyQueries> _queries = new();

    [Test]
    public async Task A_journey_is_shown_with_its_revision()
    {
        var found = new JourneyRevision(new JourneyResponse(), 3);
        _queries.Setup(queries => queries.FindAsync(default, default, default)).ReturnsAsync(found);
        Assert.That((await GetAsync()).Value, Is.SameAs(found));
    }

    [Test]
    public async Task A_journey_that_is_not_there_is_not_found() => Assert.That((await GetAsync()).Error, Is.TypeOf<JourneyNotFound>());

    private Task<Result<JourneyRevision>> GetAsync() => new GetJourneyHandler(_queries.Object).Handle(new GetJourney(default, default), default);
}
