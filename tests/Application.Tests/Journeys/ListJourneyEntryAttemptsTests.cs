using Flownally.Application.Journeys;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class ListJourneyEntryAttemptsTests
{
    private static readonly DateTimeOffset Time = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    [Test]
    public async Task A_page_leads_to_the_next_one()
    {
        var first = (await ListAsync(new AttemptRows([At(3), At(2), At(1)], 3))).Value;
        var last = (await ListAsync(new AttemptRows([At(1)], 3), first.NextPageToken, At(2).At)).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Attempts.Select(attempt => attempt.At), Is.EqualTo([At(3).At, At(2).At]));
            Assert.That(last.Attempts.Select(attempt => attempt.At), Is.EqualTo([At(1).At]));
            Assert.That((last.NextPageToken, last.TotalSize), Is.EqualTo(((string?)null, 3)));
        }
    }

    [Test]
    public async Task What_is_not_there_is_told_as_it_was_found()
    {
        Assert.That((await ListAsync(new JourneyNotFound("jrn_1"))).Error, Is.TypeOf<JourneyNotFound>());
        Assert.That((await ListAsync(new JourneyEntryNotFound("ent_1"))).Error, Is.TypeOf<JourneyEntryNotFound>());
    }

    [TestCase(new byte[0])]
    [TestCase(new byte[] { 0, 0, 0, 0, 0, 0, 0 })]
    [TestCase(new byte[] { 255, 255, 255, 255, 255, 255, 255, 255 })]
    [TestCase(new byte[] { 127, 255, 255, 255, 255, 255, 255, 255 })]
    public async Task A_token_that_holds_no_time_is_refused(byte[] place) =>
        Assert.That((await ListAsync(new AttemptRows([], 0), PageToken.Write(Command(null).List, place))).Error, Is.TypeOf<PageTokenInvalid>());

    [Test]
    public async Task A_token_of_another_entry_is_refused()
    {
        var other = Command(null) with { EntryId = new JourneyEntryId(Guid.AllBitsSet) };
        Assert.That((await ListAsync(new AttemptRows([], 0), PageToken.Write(other.List, new byte[8]))).Error, Is.TypeOf<PageTokenInvalid>());
    }

    private static ListJourneyEntryAttempts Command(string? token) => new(Callers.Operator, default, default, PageSize.Parse("2"), token);

    private static JourneyEntryAttemptResponse At(int minute) => new() { At = Time.AddMinutes(minute) };

    /// <param name="found">What there is before <paramref name="before"/>.</param>
    private static Task<Result<JourneyEntryAttemptsResponse>> ListAsync(Result<AttemptRows> found, string? token = null, DateTimeOffset? before = null)
    {
        var queries = new Mock<IJourneyQueries>();
        queries.Setup(q => q.ListAttemptsAsync(default, default, default, before, 3, default)).ReturnsAsync(found);
        return new ListJourneyEntryAttemptsHandler(queries.Object).Handle(Command(token), default);
    }
}
