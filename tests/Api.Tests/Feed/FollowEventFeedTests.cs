using System.Net.ServerSentEvents;
using Flownally.Application.ApiKeys;
using Flownally.Application.Feed;
using Flownally.Domain.ApiKeys;
using Flownally.Infrastructure.Feed;
using Flownally.Infrastructure.Journeys.Delivery;

namespace Flownally.Api.Tests.Feed;

/// <summary>The feed as a stream of Server-Sent Events.</summary>
public sealed class FollowEventFeedTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);

    [Test]
    public async Task Events_come_as_they_are_recorded()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var first = await workspace.RecordedAsync("ctc_1");
        using var stream = await EventStream.OpenAsync(workspace);
        Assert.That((await stream.NextAsync(1)).Single().Event!.ToJsonString(), Is.EqualTo(first.ToJsonString()));
        for (var i = 0; i < 3; i++)
        {
            var recorded = await workspace.RecordedAsync("ctc_1");
            Assert.That((await stream.NextAsync(1)).Single().Event!.ToJsonString(), Is.EqualTo(recorded.ToJsonString()));
        }

        var headers = stream.Response.Headers;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stream.Response.Content.Headers.ContentType!.MediaType, Is.EqualTo("text/event-stream"));
            Assert.That(headers.CacheControl!.NoStore);
            Assert.That(headers.GetValues("X-Accel-Buffering"), Is.EqualTo(["no"]));
        }
    }

    [Test]
    public async Task A_stream_that_broke_off_anywhere_is_taken_up_without_a_gap_or_a_repeat()
    {
        var workspace = await Service.NewWorkspaceAsync();
        List<string> recorded = [];
        for (var i = 0; i < 6; i++)
        {
            recorded.Add((string)(await workspace.RecordedAsync("ctc_1"))["id"]!);
        }

        IReadOnlyList<StreamedEvent> all;
        using (var stream = await EventStream.OpenAsync(workspace, "pageSize=4"))
        {
            all = await stream.NextAsync(6);
        }

        Assert.That(all.Select(e => (string)e.Event!["id"]!), Is.EqualTo(recorded));
        for (var i = 0; i < 5; i++)
        {
            using var again = await EventStream.OpenAsync(workspace, $"pageSize=2&cursor={all[0].Id}", all[i].Id);
            Assert.That((await again.NextAsync(5 - i)).Select(e => (string)e.Event!["id"]!), Is.EqualTo(recorded[(i + 1)..]));
            Assert.That((await workspace.ReadFeedAsync(all[i].Id)).Events.Ids(), Is.EqualTo(recorded[(i + 1)..]), "an id is a cursor");
        }
    }

    [Test]
    public async Task Only_events_of_the_type_come_where_one_is_named()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        using var stream = await EventStream.OpenAsync(workspace, $"eventTypeId={type.Id}");
        for (var i = 0; i < 3; i++)
        {
            await workspace.RecordedAsync("ctc_1");
            var paid = (await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid"}""")).Json;
            Assert.That((string)(await stream.NextAsync(1)).Single().Event!["id"]!, Is.EqualTo((string)paid["id"]!));
        }
    }

    [Test]
    public async Task Where_nothing_happens_an_id_shows_that_the_stream_lives_and_moves_its_reader_on()
    {
        await using var service = await OwnService.StartAsync("heartbeat", Soon);
        using var stream = await EventStream.OpenAsync(service.Workspace);
        var first = (await stream.NextAsync())!;
        Assert.That(first.Event, Is.Null);
        Assert.That(await PlaceAsync((await stream.NextAsync())!.Id), Is.EqualTo(await PlaceAsync(first.Id)));
        var other = await service.NewWorkspaceAsync();
        await other.RecordedAsync("ctc_1");
        var place = await PlaceAsync((await other.ReadFeedAsync(1)).Cursor);
        var (next, beats) = (first, 0);
        for (; (await PlaceAsync(next.Id)).IsBefore(place); next = (await stream.NextAsync())!)
        {
            Assert.That(next.Event, Is.Null);
            Assert.That(beats++, Is.LessThan(500));
        }

        var mine = await service.Workspace.RecordedAsync("ctc_1");
        Assert.That((string)(await stream.NextAsync(1)).Single().Event!["id"]!, Is.EqualTo((string)mine["id"]!));

        Task<FeedPlace> PlaceAsync(string cursor) => FeedReading.PlaceAsync(cursor, service.ConnectionString);
    }

    /// <summary>By a reader that is not of our making.</summary>
    [Test]
    public async Task A_client_of_the_standard_is_shown_events_and_keeps_the_id_of_a_heartbeat_to_itself()
    {
        await using var service = await OwnService.StartAsync("standard", Soon);
        using var response = await service.Workspace.OpenAsync(EventStream.Request());
        var parser = SseParser.Create(await response.Content.ReadAsStreamAsync(), (_, data) => System.Text.Json.Nodes.JsonNode.Parse(data)!);
        var events = parser.EnumerateAsync().GetAsyncEnumerator();
        var next = events.MoveNextAsync().AsTask();
        Assert.That(() => parser.LastEventId, Is.Not.Empty.After(10_000, 20));
        Assert.That(next.IsCompleted, Is.False);
        var recorded = await service.Workspace.RecordedAsync("ctc_1");
        Assert.That(await next.WaitAsync(FeedReading.Patience));
        Assert.That((string)events.Current.Data["id"]!, Is.EqualTo((string)recorded["id"]!));
        Assert.That(await FeedReading.PlaceAsync(events.Current.EventId!, service.ConnectionString),
            Is.EqualTo(await FeedReading.PlaceAsync((await service.Workspace.ReadFeedAsync(1)).Cursor, service.ConnectionString)));
    }

    [Test]
    public async Task A_stream_ends_when_its_key_is_revoked()
    {
        await using var service = await OwnService.StartAsync("revoked", Soon);
        using var stream = await EventStream.OpenAsync(service.Workspace);
        await stream.NextAsync();
        await service.SendAsync(new RevokeApiKey((await service.SendAsync(new ListApiKeys(service.Workspace.Tenant))).Value.Keys.Single().Id));
        await stream.EndAsync();
        (await service.Workspace.SendAsync(EventStream.Request())).AssertRefused(401, "unauthenticated");
    }

    [Test]
    public async Task A_stream_ends_when_its_key_expires()
    {
        await using var service = await OwnService.StartAsync("expired", Soon);
        var key = (await service.SendAsync(new CreateApiKey(service.Workspace.Tenant, Role.Agent, Scopes.All,
            ExpiresAt: TimeProvider.System.GetUtcNow().AddSeconds(5)))).Value.Secret.Reveal();
        using var stream = await EventStream.OpenAsync(service.Workspace.WithKey(key));
        Assert.That(await stream.NextAsync(), Is.Not.Null);
        await stream.EndAsync();
    }

    [Test]
    public async Task Streams_end_when_the_process_does_and_hold_nothing_up()
    {
        await using var service = await OwnService.StartAsync("stopping");
        using var stream = await EventStream.OpenAsync(service.Workspace);
        await stream.NextAsync();
        var stopping = service.StopAsync();
        await stream.EndAsync();
        await stopping;
    }

    [Test]
    public async Task A_reader_that_goes_leaves_the_others_alone()
    {
        var workspace = await Service.NewWorkspaceAsync();
        using var stays = await EventStream.OpenAsync(workspace);
        (await EventStream.OpenAsync(workspace)).Dispose();
        await workspace.RecordedAsync("ctc_1");
        Assert.That(await stays.NextAsync(1), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_thousand_streams_to_which_nothing_happens_ask_the_database_nothing()
    {
        const int Streams = 1_000;
        await using var service = await OwnService.StartAsync("thousand", TimeSpan.FromSeconds(3));
        var workspaces = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => service.NewWorkspaceAsync()));
        var streams = new List<EventStream>();
        try
        {
            foreach (var some in Enumerable.Range(0, Streams).Chunk(50))
            {
                streams.AddRange(await Task.WhenAll(some.Select(i => EventStream.OpenAsync(workspaces[i % workspaces.Length]))));
            }

            await BeatAsync(2); // each has read all there is, and its key is known
            var since = (await service.AskAsync<DateTime>("SELECT clock_timestamp()")).Single();
            await BeatAsync(3);
            var asked = await service.AskAsync<string>($"""
                SELECT query FROM pg_stat_activity
                WHERE  datname = current_database() AND application_name ~ '^flownally( |$)' AND query_start > '{since:o}'
                """);
            string[] own = ["SELECT 1", FeedWatcher.ReadHorizon, Deliveries.FindDue.Replace("@after_tenants", "$1", StringComparison.Ordinal)];
            // PostgreSQL shows the first 1,023 bytes.
            Assert.That(asked.Where(query => !own.Any(statement => statement.StartsWith(query.Split("$2")[0], StringComparison.Ordinal))), Is.Empty, "What a process asks by itself, however many read.");

            var recorded = await workspaces[0].RecordedAsync("ctc_1");
            foreach (var stream in streams.Where((_, i) => i % workspaces.Length == 0))
            {
                Assert.That((string)(await stream.NextAsync(1)).Single().Event!["id"]!, Is.EqualTo((string)recorded["id"]!));
            }
        }
        finally
        {
            streams.ForEach(stream => stream.Dispose());
        }

        Task BeatAsync(int times) => Task.WhenAll(streams.Select(async stream =>
        {
            for (var i = 0; i < times; i++)
            {
                Assert.That((await stream.NextAsync())!.Event, Is.Null);
            }
        }));
    }

    [TestCase("cursor=x", null, 400, "cursorInvalid", "cursor")]
    [TestCase("", "x", 400, "cursorInvalid", "Last-Event-ID")]
    [TestCase("pageSize=0", null, 400, "parameterInvalid", "pageSize")]
    [TestCase("wait=x", null, 400, "parameterInvalid", "wait")]
    public async Task What_is_wrong_is_refused_before_the_stream_begins(string query, string? lastEventId, int status, string code, string field) =>
        (await (await Service.NewWorkspaceAsync()).SendAsync(EventStream.Request(query, lastEventId))).AssertRefused(status, code, field);

    [Test]
    public async Task A_cursor_that_has_expired_is_refused_before_the_stream_begins() =>
        (await (await Service.NewWorkspaceAsync()).SendAsync(EventStream.Request("", await FeedReading.CursorAsync(new FeedPlace(long.MaxValue, 0))))).AssertRefused(410, "cursorExpired");

    [Test]
    public async Task A_stream_is_for_keys_that_may_list_events()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var key = await Service.NewKeyAsync(workspace.Tenant, Role.Agent, [Scopes.EventRead]);
        (await workspace.WithKey(key).SendAsync(EventStream.Request())).AssertRefused(403, "scopeMissing");
    }
}
