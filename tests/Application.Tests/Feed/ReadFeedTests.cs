using Flownally.Application.Feed;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.Events;
using Microsoft.Extensions.Time.Testing;
using static Flownally.Application.Tests.Feed.Feed;

namespace Flownally.Application.Tests.Feed;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class ReadFeedTests
{
    private static readonly ReadFeed Query = new(Callers.Operator, null, null, PageSize.Parse("2"), default);

    private readonly FakeTimeProvider _clock = new();

    [TestCase(new long[] { 20, 30 }, 30)]
    [TestCase(new long[] { 20 }, 50)]
    [TestCase(new long[0], 50)]
    public async Task A_full_page_leads_on_from_its_last_event_and_another_from_the_latest_of_all(long[] found, long next)
    {
        var answer = (await SendAsync(Query, new Feed(View(found)))).Value;
        Assert.That(answer.Events, Has.Count.EqualTo(found.Length));
        Assert.That(PlaceOf(answer.NextCursor), Is.EqualTo(Place(next)));
    }

    [TestCase(49, 50)]
    [TestCase(50, 50)]
    [TestCase(51, 51)]
    public async Task A_cursor_never_goes_back(long cursor, long next) =>
        Assert.That(PlaceOf((await SendAsync(From(cursor), new Feed(View()))).Value.NextCursor), Is.EqualTo(Place(next)));

    [TestCase(9, false)]
    [TestCase(10, true)]
    [TestCase(11, true)]
    [TestCase(99, true)]
    [TestCase(100, false)]
    [TestCase(101, false)]
    public async Task A_cursor_is_good_from_what_was_dropped_last_to_what_can_be_read(long cursor, bool good) =>
        Assert.That((await SendAsync(From(cursor), new Feed(View()))).Error, good ? Is.Null : Is.TypeOf<CursorExpired>());

    [TestCase(0, false)]
    [TestCase(1, true)]
    [TestCase(2, true)]
    public async Task Within_the_transaction_that_was_dropped_last_the_position_decides(long position, bool good) =>
        Assert.That((await SendAsync(Query with { Cursor = Cursors.Write(new FeedPlace(10, position)) }, new Feed(View()))).IsSuccess, Is.EqualTo(good));

    [TestCase(null)]
    [TestCase("")]
    public async Task Without_a_cursor_it_begins_at_the_beginning(string? cursor)
    {
        var feed = new Feed(View(20));
        await SendAsync(Query with { Cursor = cursor }, feed);
        Assert.That(feed.Reads, Is.EqualTo(new FeedPlace?[] { null }));
    }

    [TestCase("x")]
    [TestCase(" ")]
    public async Task What_is_no_cursor_is_refused(string cursor) =>
        Assert.That((await SendAsync(Query with { Cursor = cursor }, new Feed(View()))).Error!.Violations.Single().Field, Is.EqualTo("cursor"));

    [Test]
    public async Task A_token_of_the_same_list_that_holds_no_place_is_refused() =>
        Assert.That((await SendAsync(Query with { Cursor = PageToken.Write("feed 1", new byte[15]) }, new Feed(View()))).Error, Is.TypeOf<CursorInvalid>());

    [Test]
    public async Task It_waits_for_an_event_and_reads_on_from_where_it_was()
    {
        var feed = new Feed(View(), View(), View(60));
        var answer = SendAsync(Query with { Wait = FeedWait.Parse("30") }, feed);
        await feed.WakeAsync(answer); // of another type, perhaps
        Assert.That(answer.IsCompleted, Is.False);
        feed.Wake();
        Assert.That((await answer).Value.Events, Has.Count.EqualTo(1));
        Assert.That(feed.Reads, Is.EqualTo(new FeedPlace?[] { null, Place(50), Place(50) }));
    }

    [Test]
    public async Task It_waits_as_long_as_was_asked_for_and_reads_once()
    {
        var feed = new Feed(View());
        var answer = SendAsync(Query with { Wait = FeedWait.Parse("5") }, feed);
        Assert.That(await PassAsync(_clock, answer), Is.GreaterThanOrEqualTo(TimeSpan.FromSeconds(5)));
        Assert.That((await answer).Value.Events, Is.Empty);
        Assert.That(feed.Reads, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task It_waits_no_longer_when_the_process_ends()
    {
        var feed = new Feed(View());
        var answer = SendAsync(Query with { Wait = FeedWait.Parse("30") }, feed);
        feed.Wake(news: false);
        Assert.That(PlaceOf((await answer).Value.NextCursor), Is.EqualTo(Place(50)));
    }

    [Test]
    public async Task It_goes_when_its_caller_does()
    {
        using var going = new CancellationTokenSource();
        var feed = new Feed(View());
        var answer = new ReadFeedHandler(feed, feed, feed, _clock).Handle(Query with { Wait = FeedWait.Parse("30") }, going.Token);
        await going.CancelAsync();
        await Assert.ThatAsync(() => answer, Throws.InstanceOf<OperationCanceledException>());
    }

    [Test]
    public async Task It_looks_on_at_once_where_it_has_not_looked_at_all()
    {
        var feed = new Feed(Until(Place(20)), Until(Place(30)), View(40));
        Assert.That((await SendAsync(Query, feed)).Value.Events, Has.Count.EqualTo(1));
        Assert.That(feed.Reads, Is.EqualTo(new FeedPlace?[] { null, Place(20), Place(30) }));
        Assert.That(PlaceOf((await SendAsync(Query, new Feed(Until(Place(20), 15)))).Value.NextCursor), Is.EqualTo(Place(20)));
    }

    [Test]
    public async Task A_search_that_takes_long_is_answered_with_how_far_it_got()
    {
        _clock.AutoAdvanceAmount = TimeSpan.FromSeconds(1);
        var feed = new Feed(Until(Place(20)));
        Assert.That(PlaceOf((await SendAsync(Query, feed)).Value.NextCursor), Is.EqualTo(Place(20)));
        Assert.That(feed.Reads, Has.Count.GreaterThan(2));
    }

    [TestCase("0", 0)]
    [TestCase("30", 30)]
    [TestCase("007", 7)]
    public void A_wait_is_whole_seconds(string text, int seconds) => Assert.That(FeedWait.Parse(text).Time, Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [TestCase("31")]
    [TestCase("-1")]
    [TestCase("+1")]
    [TestCase(" 1")]
    [TestCase("1.0")]
    [TestCase("")]
    [TestCase("4294967297")]
    public void Nothing_else_is_a_wait(string text) => Assert.That(FeedWait.TryParse(text, null, out _), Is.False);

    private static ReadFeed From(long transaction) => Query with { Cursor = Cursor(transaction) };

    private Task<Result<FeedResponse>> SendAsync(ReadFeed query, Feed feed) => new ReadFeedHandler(feed, feed, feed, _clock).Handle(query, default);
}
