using Flownally.Application.Journeys;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class ListJourneyEntriesTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    private static readonly EntryFilter Filter = new(DeliveryState.Failed, Time, Time);

    [Test]
    public async Task A_page_leads_to_the_next_one()
    {
        var first = (await ListAsync([Numbered(3), Numbered(2), Numbered(1)])).Value;
        var last = (await ListAsync([Numbered(1)], first.NextPageToken, Numbered(2).Id)).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Entries.Select(entry => entry.Id), Is.EqualTo([Numbered(3).Id, Numbered(2).Id]));
            Assert.That(last.Entries.Select(entry => entry.Id), Is.EqualTo([Numbered(1).Id]));
            Assert.That((last.NextPageToken, last.TotalSize), Is.EqualTo(((string?)null, 3)));
        }
    }

    [Test]
    public async Task A_journey_without_entries_has_an_empty_list() => Assert.That((await ListAsync([])).Value.Entries, Is.Empty);

    [Test]
    public async Task A_journey_that_never_was_is_not_found() => Assert.That((await ListAsync(null)).Error, Is.TypeOf<JourneyNotFound>());

    [Test]
    public async Task A_token_of_another_journey_is_refused()
    {
        var other = Command(null) with { Id = new JourneyId(Guid.AllBitsSet) };
        Assert.That((await ListAsync([], PageToken.Write(other.List, new byte[16]))).Error, Is.TypeOf<PageTokenInvalid>());
        Assert.That((await ListAsync([], PageToken.Write(Command(null).List, new byte[15]))).Error, Is.TypeOf<PageTokenInvalid>());
    }

    [Test]
    public async Task A_token_of_another_filter_is_refused()
    {
        EntryFilter[] others =
        [
            default, new(DeliveryState.Pending, Time, Time), new(DeliveryState.Failed, null, Time), new(DeliveryState.Failed, Time, null),
            new(DeliveryState.Failed, Time, Time.AddTicks(10)),
        ];
        foreach (var other in others.Select(filter => Command(null) with { Filter = filter }))
        {
            Assert.That((await ListAsync([], PageToken.Write(other.List, new byte[16]))).Error, Is.TypeOf<PageTokenInvalid>());
        }
    }

    private static ListJourneyEntries Command(string? token) => new(Callers.Operator, default, PageSize.Parse("2"), token, Filter);

    private static JourneyEntryResponse Numbered(int number) => new() { Id = new JourneyEntryId(new Guid(number, 0, 0, new byte[8])), Delivery = new DeliveryResponse() };

    /// <param name="found">What there is before <paramref name="before"/>; null where there is no such journey.</param>
    private static Task<Result<JourneyEntriesResponse>> ListAsync(JourneyEntryResponse[]? found, string? token = null, JourneyEntryId? before = null)
    {
        var queries = new Mock<IJourneyQueries>();
        queries.Setup(q => q.ListEntriesAsync(default, default, Filter, before, 3, default)).ReturnsAsync(found is null ? null : new JourneyEntryRows(found, 3));
        return new ListJourneyEntriesHandler(queries.Object).Handle(Command(token), default);
    }
}
