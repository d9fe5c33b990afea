using Flownally.Application.Journeys;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class ListJourneyEntriesTests
{
    private readonly Mock<IJourneyQueries> _queries = new();

    [Test]
    public async Task A_page_leads_to_the_next_one()
    {
        _queries.Setup(q => q.ListEntriesAsync(default, default, null, 3, default)).ReturnsAsync(new JourneyEntryRows([Numbered(3), Numbered(2), Numbered(1)], 3));
        _queries.Setup(q => q.ListEntriesAsync(default, default, Numbered(2).Id, 3, default)).ReturnsAsync(new JourneyEntryRows([Numbered(1)], 3));
        var first = (await ListAsync(null)).Value;
        var last = (await ListAsync(first.NextPageToken)).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Entries.Select(entry => entry.Id), Is.EqualTo([Numbered(3).Id, Numbered(2).Id]));
            Assert.That(last.Entries.Select(entry => entry.Id), Is.EqualTo([Numbered(1).Id]));
            Assert.That((last.NextPageToken, last.TotalSize), Is.EqualTo(((string?)null, 3)));
        }
    }

    [Test]
    public async Task A_journey_without_entries_has_an_empty_list()
    {
        _queries.Setup(q => q.ListEntriesAsync(default, default, null, 3, default)).ReturnsAsync(new JourneyEntryRows([], 0));
        Assert.That((await ListAsync(null)).Value.Entries, Is.Empty);
    }

    [Test]
    public async Task A_journey_that_never_was_is_not_found() => Assert.That((await ListAsync(null)).Error, Is.TypeOf<JourneyNotFound>());

    [Test]
    public async Task A_token_of_another_journey_is_refused()
    {
        var other = Command(null) with { Id = new JourneyId(Guid.AllBitsSet) };
        Assert.That((await ListAsync(PageToken.Write(other.List, new byte[16]))).Error, Is.TypeOf<PageTokenInvalid>());
        Assert.That((await ListAsync(PageToken.Write(Command(null).List, new byte[15]))).Error, Is.TypeOf<PageTokenInvalid>());
    }

    private static ListJourneyEntries Command(string? token) => new(default, default, PageSize.Parse("2"), token);

    private static JourneyEntryResponse Numbered(int number) => new() { Id = new JourneyEntryId(new Guid(number, 0, 0, new byte[8])), Delivery = new DeliveryResponse() };

    private Task<Result<JourneyEntriesResponse>> ListAsync(string? token) => new ListJourneyEntriesHandler(_queries.Object).Handle(Command(token), default);
}
