using Flownally.Application.Feed;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.Events;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using static Flownally.Application.Tests.Feed.Feed;

namespace Flownally.Application.Tests.Feed;

[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class FollowFeedTests
{
    private static readonly FollowFeed Query = new(Callers.Operator, null, null, null, PageSize.Parse("2"));
    private static readonly TimeSpan Heartbeat = new FeedOptions().Heartbeat;

    private readonly FakeTimeProvider _clock = new();

    [Test]
    public async Task Pages_come_one_after_another_and_then_when_something_is_recorded()
    {
        var feed = new Feed(View(20, 30), View(40), View(60));
        await using var pages = await FollowAsync(Query, feed);
        Assert.That((await NextAsync(pages)).Next, Is.EqualTo(Place(30)));
        Assert.That((await NextAsync(pages)).Next, Is.EqualTo(Place(50)));
        var next = NextAsync(pages);
        Assert.That(next.IsCompleted, Is.False);
        feed.Wake();
        Assert.That((await next).Events.Single().Place, Is.EqualTo(Place(60)));
        Assert.That(feed.Reads, Is.EqualTo(new FeedPlace?[] { null, Place(30), Place(50) }));
    }

    [Test]
    public async Task Where_nothing_was_recorded_a_heartbeat_reads_nothing()
    {
        var feed = new Feed(View(20));
        await using var pages = await FollowAsync(Query, feed);
        await NextAsync(pages);
        for (var i = 0; i < 3; i++)
        {
            var next = NextAsync(pages);
            Assert.That(await PassAsync(_clock, next), Is.GreaterThanOrEqualTo(Heartbeat));
            Assert.That(((await next).Events.Count, (await next).Next), Is.EqualTo((0, Place(50))));
        }

        Assert.That(feed.Reads, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task Where_others_have_recorded_a_heartbeat_reads_on()
    {
        var feed = new Feed(View(20), View() with { Latest = Place(70) });
        await using var pages = await FollowAsync(Query, feed);
        await NextAsync(pages);
        var next = NextAsync(pages);
        feed.Recordings++;
        await PassAsync(_clock, next);
        Assert.That((await next).Next, Is.EqualTo(Place(70)));
    }

    [Test]
    public async Task Being_woken_for_nothing_shows_nothing_and_does_not_put_off_the_heartbeat()
    {
        var feed = new Feed(View());
        await using var pages = await FollowAsync(Query, feed);
        await NextAsync(pages);
        var next = NextAsync(pages);
        var seconds = 0;
        for (; !next.IsCompleted && seconds < 100; seconds++)
        {
            _clock.Advance(TimeSpan.FromSeconds(1));
            await feed.WakeAsync(next);
        }

        Assert.That(seconds, Is.GreaterThanOrEqualTo(15).And.LessThan(100));
        Assert.That((await next).Events, Is.Empty);
    }

    [Test]
    public async Task A_search_for_a_rare_type_shows_heartbeats_too()
    {
        _clock.AutoAdvanceAmount = TimeSpan.FromSeconds(1);
        var feed = new Feed(Until(Place(20)));
        await using var pages = await FollowAsync(Query, feed);
        Assert.That((await NextAsync(pages)).Events, Is.Empty);
        Assert.That((await NextAsync(pages)).Next, Is.EqualTo(Place(20)));
        Assert.That(feed.Reads, Has.Count.InRange(5, 17));
    }

    [Test]
    public async Task It_ends_when_the_cursor_expires()
    {
        var feed = new Feed(View(), View() with { Dropped = Place(60) });
        await using var pages = await FollowAsync(Query, feed);
        await NextAsync(pages);
        var next = pages.MoveNextAsync();
        feed.Wake();
        Assert.That(await next, Is.False);
    }

    [Test]
    public async Task It_ends_when_the_process_does()
    {
        var feed = new Feed(View());
        await using var pages = await FollowAsync(Query, feed);
        await NextAsync(pages);
        var next = pages.MoveNextAsync();
        feed.Wake(news: false);
        Assert.That(await next, Is.False);
    }

    [Test]
    public async Task The_last_id_of_a_stream_goes_before_the_cursor_it_began_with()
    {
        var feed = new Feed(View());
        await using var pages = await FollowAsync(Query with { Cursor = Cursor(20), LastEventId = Cursor(30) }, feed);
        await using var others = await FollowAsync(Query with { Cursor = Cursor(20), LastEventId = "" }, feed);
        Assert.That(feed.Reads, Is.EqualTo(new FeedPlace?[] { Place(30), Place(20) }));
    }

    [TestCase("x", null, "cursor")]
    [TestCase(null, "x", "Last-Event-ID")]
    public async Task What_is_no_cursor_is_refused_before_it_begins(string? cursor, string? lastEventId, string field) =>
        Assert.That((await SendAsync(Query with { Cursor = cursor, LastEventId = lastEventId }, new Feed(View()))).Error!.Violations.Single().Field, Is.EqualTo(field));

    [Test]
    public async Task A_cursor_that_has_expired_is_refused_before_it_begins() =>
        Assert.That((await SendAsync(Query with { Cursor = Cursor(9) }, new Feed(View()))).Error, Is.TypeOf<CursorExpired>());

    private static async Task<FeedPage> NextAsync(IAsyncEnumerator<FeedPage> pages)
    {
        Assert.That(await pages.MoveNextAsync());
        return pages.Current;
    }

    private async Task<IAsyncEnumerator<FeedPage>> FollowAsync(FollowFeed query, Feed feed) =>
        (await SendAsync(query, feed)).Value.Pages.GetAsyncEnumerator();

    private Task<Result<FollowedFeed>> SendAsync(FollowFeed query, Feed feed) =>
        new FollowFeedHandler(feed, feed, feed, Options.Create(new FeedOptions()), _clock).Handle(query, default);
}
