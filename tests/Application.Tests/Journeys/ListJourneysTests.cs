using Flownally.Application.Journeys;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class ListJourneysTests
{
    private readonly Mock<IJourneyQueries> _queries = new();

    [Test]
    public async Task A_page_leads_to_the_next_one()
    {
        _queries.Setup(q => q.ListAsync(default, null, 3, default)).ReturnsAsync(new JourneyRows([Numbered(3), Numbered(2), Numbered(1)], 3));
        _queries.Setup(q => q.ListAsync(default, Numbered(2).Id, 3, default)).ReturnsAsync(new JourneyRows([Numbered(1)], 3));
        var first = (await ListAsync(null)).Value;
        var last = (await ListAsync(first.NextPageToken)).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Journeys.Select(journey => journey.Id), Is.EqualTo([Numbered(3).Id, Numbered(2).Id]));
            Assert.That(last.Journeys.Select(journey => journey.Id), Is.EqualTo([Numbered(1).Id]));
            Assert.That((last.NextPageToken, last.TotalSize), Is.EqualTo(((string?)null, 3)));
        }
    }

    [Test]
    public async Task A_token_that_was_not_given_out_is_refused()
    {
        Assert.That((await ListAsync("made up")).Error, Is.TypeOf<PageTokenInvalid>());
        Assert.That((await ListAsync(PageToken.Write(Command(null).List, "x"u8))).Error, Is.TypeOf<PageTokenInvalid>());
    }

    private static ListJourneys Command(string? token) => new(Callers.Operator, PageSize.Parse("2"), token);

    private static JourneyResponse Numbered(int number) => new() { Id = new JourneyId(new Guid(number, 0, 0, new byte[8])) };

    private Task<Result<JourneysResponse>> ListAsync(string? token) => new ListJourneysHandler(_queries.Object).Handle(Command(token), default);
}
