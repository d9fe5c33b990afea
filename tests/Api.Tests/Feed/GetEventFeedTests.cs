using System.Text.Json.Nodes;
using Flownally.Application.Feed;
using Flownally.Domain.ApiKeys;
using Flownally.Infrastructure.Feed;
using Npgsql;

namespace Flownally.Api.Tests.Feed;

/// <summary>The feed, page by page.</summary>
public sealed class GetEventFeedTests
{
    private const string NoType = "evt-type_00000000000000000000000000";

    [Test]
    public async Task Every_event_comes_once_as_it_was_recorded_and_in_that_order()
    {
        var workspace = await Service.NewWorkspaceAsync();
        List<JsonNode> recorded = [];
        for (var i = 0; i < 5; i++)
        {
            recorded.Add(await workspace.RecordedAsync($"ctc_{i}", $",\"occurredAt\":\"2026-01-0{9 - i}T00:00:00Z\",\"idempotencyKey\":\"k-{i}\""));
        }

        var all = await workspace.ReadFeedAsync(5, more: "pageSize=2");
        Assert.That(all.Events.Select(e => e.ToJsonString()), Is.EqualTo(recorded.Select(e => e.ToJsonString())));
        Assert.That((await workspace.ReadFeedAsync(all.Cursor)).Events, Is.Empty);
    }

    [Test]
    public async Task A_page_leads_on_from_its_last_event()
    {
        var workspace = await Service.NewWorkspaceAsync();
        for (var i = 0; i < 3; i++)
        {
            await workspace.RecordedAsync("ctc_1");
        }

        await workspace.ReadFeedAsync(3);
        var first = await workspace.ReadFeedAsync(more: "pageSize=2");
        var again = await workspace.ReadFeedAsync(more: "pageSize=2");
        var second = await workspace.ReadFeedAsync(first.Cursor, "pageSize=1");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Events, Has.Count.EqualTo(2));
            Assert.That(await FeedReading.PlaceAsync(again.Cursor), Is.EqualTo(await FeedReading.PlaceAsync(first.Cursor)));
            Assert.That(second.Events, Has.Count.EqualTo(1));
            Assert.That(first.Events.Ids(), Has.No.Member(second.Events.Ids().Single()));
        }
    }

    [Test]
    public async Task What_began_earlier_and_commits_late_comes_first()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await using var late = await workspace.BeginRecordingAsync();
        var soon = (string)(await workspace.RecordedAsync("ctc_2"))["id"]!;

        var page = await workspace.ReadFeedAsync();
        Assert.That(page.Events, Is.Empty); // what began earlier may still slot in before it
        await late.CommitAsync();
        page = await workspace.ReadFeedAsync(2, page.Cursor);

        Assert.That(page.Events.Ids(), Is.EqualTo(await StoredAsync(workspace)));
        Assert.That(page.Events.Ids()[1], Is.EqualTo(soon));
    }

    [Test]
    public async Task A_cursor_is_good_for_any_filter_and_page_size()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        List<string> ofType = [], all = [];
        for (var i = 0; i < 6; i++)
        {
            var answer = await workspace.RecordAsync("ctc_1", $$"""{"eventTypeName":"{{(i % 2 == 0 ? "order.paid" : "signup.completed")}}"}""");
            all.Add((string)answer.Json["id"]!);
            ofType.AddRange(all.TakeLast(i % 2 == 0 ? 1 : 0));
        }

        await workspace.ReadFeedAsync(6);
        Assert.That((await workspace.ReadFeedAsync(more: $"eventTypeId={type.Id}")).Events.Ids(), Is.EqualTo(ofType));
        var filtered = await workspace.ReadFeedAsync(more: $"eventTypeId={type.Id}&pageSize=1");
        Assert.That((await workspace.ReadFeedAsync(filtered.Cursor)).Events.Ids(), Is.EqualTo(all[1..]));
        var unfiltered = await workspace.ReadFeedAsync(more: "pageSize=3");
        Assert.That((await workspace.ReadFeedAsync(unfiltered.Cursor, $"eventTypeId={type.Id}")).Events.Ids(), Is.EqualTo(ofType[2..]));
        Assert.That((await workspace.ReadFeedAsync(more: $"eventTypeId={NoType}")).Events, Is.Empty);
    }

    [Test]
    public async Task An_event_of_a_rare_type_is_found_behind_thousands_of_others()
    {
        await using var service = await OwnService.StartAsync("rare");
        var workspace = service.Workspace;
        await service.ExecuteAsync(Many(workspace, 25_000));
        await service.SendAsync(new Application.EventTypes.CreateEventType(Caller.Operator(workspace.Tenant), Domain.EventTypes.EventTypeName.Parse("order.paid")));
        var rare = (await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid"}""")).Json;
        await service.ExecuteAsync(Many(workspace, 12_000));
        var filter = $"eventTypeId={rare["eventTypeId"]}";
        var found = await workspace.ReadFeedAsync(1, more: filter);
        Assert.That(found.Events.Ids(), Is.EqualTo([(string)rare["id"]!]));
        var rest = await workspace.ReadFeedAsync(found.Cursor, filter);
        Assert.That(rest.Events, Is.Empty);
        Assert.That((await workspace.ReadFeedAsync(rest.Cursor)).Events, Is.Empty, "The search went to the end.");
    }

    [Test]
    public async Task The_cursor_of_a_tenant_that_records_seldom_goes_on_with_the_others_and_misses_nothing()
    {
        var (quiet, busy) = (await Service.NewWorkspaceAsync(), await Service.NewWorkspaceAsync());
        var early = await quiet.ReadFeedAsync();
        await busy.RecordedAsync("ctc_1");
        var others = await busy.ReadFeedAsync(1);
        var late = await quiet.ReadFeedAsync(early.Cursor);
        Assert.That(late.Events, Is.Empty);
        var theirs = await FeedReading.PlaceAsync((await busy.ReadFeedAsync(more: "pageSize=1")).Cursor);
        Assert.That((await FeedReading.PlaceAsync(late.Cursor)).IsBefore(theirs), Is.False);

        var mine = await quiet.RecordedAsync("ctc_1");
        foreach (var cursor in new[] { "", early.Cursor, others.Cursor, late.Cursor })
        {
            Assert.That((await quiet.ReadFeedAsync(1, cursor)).Events.Ids(), Is.EqualTo([(string)mine["id"]!]));
        }
    }

    [Test]
    public async Task A_reader_waits_until_something_is_recorded()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var waiting = workspace.ReadFeedAsync(more: "wait=30");
        await Task.Delay(200);
        Assert.That(waiting.IsCompleted, Is.False);
        var recorded = await workspace.RecordedAsync("ctc_1");
        Assert.That((await waiting).Events.Ids(), Is.EqualTo([(string)recorded["id"]!]));
    }

    [Test]
    public async Task A_reader_that_waits_is_told_of_what_another_process_records()
    {
        await using var service = await OwnService.StartAsync("processes");
        var other = await service.StartAnotherAsync();
        for (var (i, cursor) = (0, ""); i < 5; i++)
        {
            var waiting = service.Workspace.ReadFeedAsync(cursor, "wait=30");
            await Task.Delay(50);
            var recorded = await other.RecordedAsync("ctc_1");
            var page = await waiting;
            Assert.That(page.Events.Ids(), Is.EqualTo([(string)recorded["id"]!]));
            cursor = page.Cursor;
        }
    }

    [Test]
    public async Task A_reader_waits_no_longer_than_it_asked_for()
    {
        var page = await (await Service.NewWorkspaceAsync()).ReadFeedAsync(more: "wait=1");
        Assert.That(page.Events, Is.Empty);
        Assert.That(page.Cursor, Is.Not.Empty);
    }

    [Test]
    public async Task A_reader_that_waits_is_answered_when_the_process_ends()
    {
        await using var service = await OwnService.StartAsync("ending");
        var waiting = service.Workspace.ReadFeedAsync(more: "wait=30");
        await Task.Delay(200);
        await service.StopAsync();
        Assert.That((await waiting).Events, Is.Empty);
    }

    [Test]
    public async Task A_cursor_of_another_tenant_leads_to_ones_own_events_only()
    {
        var (mine, theirs) = (await Service.NewWorkspaceAsync(), await Service.NewWorkspaceAsync());
        await theirs.RecordedAsync("ctc_1");
        var cursor = (await theirs.ReadFeedAsync(1)).Cursor;
        await theirs.RecordedAsync("ctc_1");
        await theirs.ReadFeedAsync(1, cursor);
        Assert.That((await mine.ReadFeedAsync(cursor)).Events, Is.Empty);
        Assert.That((await mine.ReadFeedAsync()).Events, Is.Empty);
        var recorded = await mine.RecordedAsync("ctc_1");
        Assert.That((await mine.ReadFeedAsync(1, cursor)).Events.Ids(), Is.EqualTo([(string)recorded["id"]!]));
    }

    [Test]
    public async Task Cursors_show_nothing_of_what_others_record()
    {
        var (quiet, busy) = (await Service.NewWorkspaceAsync(), await Service.NewWorkspaceAsync());
        List<string> cursors = [];
        for (var i = 0; i < 3; i++)
        {
            cursors.Add((await quiet.ReadFeedAsync()).Cursor);
            cursors.Add((await quiet.ReadFeedAsync(cursors[^1])).Cursor);
            await busy.RecordedAsync("ctc_1");
        }

        // As texts they differ from one another, also where nothing was recorded in between, and hold no number in the clear.
        var transaction = (await FeedReading.PlaceAsync(cursors[^1])).TransactionId;
        Assert.That(cursors, Is.Unique);
        Assert.That(cursors.Select(cursor => cursor.Length), Is.All.EqualTo(cursors[0].Length));
        Assert.That(cursors.Select(cursor => Convert.ToHexString(System.Buffers.Text.Base64Url.DecodeFromChars(cursor))), Has.None.Contains($"{transaction:X16}"[8..]));
    }

    [Test]
    public async Task A_cursor_of_before_they_were_encrypted_stays_good()
    {
        await using var service = await OwnService.StartAsync("plain");
        await service.ExecuteAsync("UPDATE feed_cursor_key SET plain_before = pg_current_xact_id()::text::bigint + 1000000"); // as after a migration
        var first = await service.Workspace.RecordedAsync("ctc_1");
        var second = await service.Workspace.RecordedAsync("ctc_1");
        await service.Workspace.ReadFeedAsync(2);
        var place = await FeedReading.PlaceAsync((await service.Workspace.ReadFeedAsync(more: "pageSize=1")).Cursor, service.ConnectionString);
        var plain = FeedReading.PlainCursor(place);
        var page = await service.Workspace.ReadFeedAsync(plain);
        using var stream = await EventStream.OpenAsync(service.Workspace, lastEventId: plain);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first["id"], Is.Not.EqualTo(second["id"]));
            Assert.That(page.Events.Ids(), Is.EqualTo([(string)second["id"]!]));
            Assert.That(page.Cursor, Has.Length.GreaterThan(plain.Length), "only the new form is given out");
            Assert.That((await stream.NextAsync(1)).Single().Id, Has.Length.EqualTo(page.Cursor.Length));
        }
    }

    /// <summary>Else anybody could write cursors, and learn by 410 where the feed ends.</summary>
    [Test]
    public async Task A_cursor_that_is_not_encrypted_is_refused_where_none_can_have_been_given_out()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.RecordedAsync("ctc_1");
        foreach (var place in new[] { new FeedPlace(0, 0), await FeedReading.PlaceAsync((await workspace.ReadFeedAsync(1)).Cursor), new FeedPlace(long.MaxValue, 0) })
        {
            (await workspace.GetAsync($"{FeedReading.Path}?cursor={FeedReading.PlainCursor(place)}")).AssertRefused(400, "cursorInvalid", "cursor");
        }
    }

    [Test]
    public async Task A_cursor_is_good_in_every_process_and_in_no_other_database()
    {
        await using var service = await OwnService.StartAsync("cursors");
        await service.Workspace.RecordedAsync("ctc_1");
        var cursor = (await service.Workspace.ReadFeedAsync(1)).Cursor;
        Assert.That((await (await service.StartAnotherAsync()).ReadFeedAsync(cursor)).Events, Is.Empty);
        (await (await Service.NewWorkspaceAsync()).GetAsync($"{FeedReading.Path}?cursor={cursor}")).AssertRefused(400, "cursorInvalid", "cursor");
    }

    [TestCase("cursor=x", "cursorInvalid", "cursor")]
    [TestCase("cursor=%00", "cursorInvalid", "cursor")]
    [TestCase("cursor=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "cursorInvalid", "cursor")]
    [TestCase("wait=-1", "parameterInvalid", "wait")]
    [TestCase("wait=31", "parameterInvalid", "wait")]
    [TestCase("wait=1.5", "parameterInvalid", "wait")]
    [TestCase("wait=", "parameterInvalid", "wait")]
    [TestCase("wait=99999999999", "parameterInvalid", "wait")]
    [TestCase("wait=1&wait=2", "parameterInvalid", "wait")]
    [TestCase("pageSize=0", "parameterInvalid", "pageSize")]
    [TestCase("eventTypeId=nothing", "parameterInvalid", "eventTypeId")]
    public async Task What_is_wrong_is_named(string query, string code, string field) =>
        (await (await Service.NewWorkspaceAsync()).GetAsync($"{FeedReading.Path}?{query}")).AssertRefused(400, code, field);

    [Test]
    public async Task A_cursor_that_was_changed_and_a_token_of_a_list_are_refused()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.RecordedAsync("ctc_1");
        await workspace.RecordedAsync("ctc_1");
        var cursor = (await workspace.ReadFeedAsync(2)).Cursor;
        var token = (string)(await workspace.GetAsync("/v1/events?pageSize=1")).Json["nextPageToken"]!;
        foreach (var wrong in new[] { cursor[1..], cursor[..^1], cursor + "A", cursor[..^1] + (cursor[^1] == 'A' ? 'B' : 'A'), token })
        {
            (await workspace.GetAsync($"{FeedReading.Path}?cursor={wrong}")).AssertRefused(400, "cursorInvalid", "cursor");
        }
    }

    [Test]
    public async Task A_cursor_that_this_history_has_not_reached_has_expired() =>
        (await (await Service.NewWorkspaceAsync()).GetAsync($"{FeedReading.Path}?cursor={await FeedReading.CursorAsync(new FeedPlace(long.MaxValue, long.MaxValue))}"))
            .AssertRefused(410, "cursorExpired");

    [TestCase("text/html", 406)]
    [TestCase("application/json", 200)]
    [TestCase("*/*", 200)]
    [TestCase("text/event-stream;q=0.5, application/json", 200)]
    public async Task A_page_is_JSON_unless_a_stream_is_asked_for(string accept, int status)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, FeedReading.Path);
        request.Headers.TryAddWithoutValidation("Accept", accept);
        var answer = await (await Service.NewWorkspaceAsync()).SendAsync(request);
        Assert.That(answer.Status, Is.EqualTo(status));
        Assert.That(answer.ContentHeaders.ContentType!.MediaType, Is.EqualTo(status == 200 ? "application/json" : "application/problem+json"));
    }

    /// <summary>Plans are made once for all tenants, and most events here are one tenant's.</summary>
    [Test]
    public async Task A_reader_of_a_small_tenant_does_not_wade_through_the_events_of_a_large_one()
    {
        await using var service = await OwnService.StartAsync("plans");
        var (large, small) = (service.Workspace, await service.NewWorkspaceAsync());
        await service.ExecuteAsync(Many(large, 30_000));
        var partition = $"events_{TimeProvider.System.GetUtcNow():yyyy_MM}";
        await service.ExecuteAsync($"ANALYZE {partition}");
        await service.ExecuteAsync(Many(small, 3));
        await small.ReadFeedAsync(3); // until older transactions, of other tests too, hold nothing back
        foreach (var sql in new[] { EventFeed.Read, EventFeed.ReadOfType })
        {
            var plan = await service.PlanAsync(sql, ("@tenant_id", "uuid", $"'{small.Tenant.Value}'"), ("@type", "uuid", "gen_random_uuid()"),
                ("@transaction_id", "bigint", "NULL"), ("@position", "bigint", "NULL"), ("@limit", "int", "50"), ("@most", "int", "10000"));
            Assert.That(plan, Does.Match($@"Index Scan using {partition}_tenant_id_transaction_id_position_idx on {partition} \S+ +\(actual rows=3 "));
            Assert.That(plan, Does.Not.Match(@"Rows Removed by Filter: \d{3}"));
            Assert.That(plan, Does.Not.Contain($"Seq Scan on {partition}").And.Not.Contain("Bitmap"));
        }
    }

    [Test]
    public async Task Whoever_reads_while_others_record_meets_everything_in_the_order_that_is_stored()
    {
        const int Writers = 6, EventsOfEach = 40;
        await using var service = await OwnService.StartAsync("many");
        Workspace[] processes = [service.Workspace, await service.StartAnotherAsync()];
        var type = (await service.SendAsync(new Application.EventTypes.CreateEventType(Caller.Operator(service.Workspace.Tenant), Domain.EventTypes.EventTypeName.Parse("order.paid")))).Value.EventType;
        const int All = Writers * EventsOfEach;
        var ofType = $"eventTypeId={type.Id}&pageSize=7";
        int[] pageSizes = [1, 7, 200];
        var byPages = pageSizes.Select((size, i) => processes[i % 2].ReadFeedAsync(All, more: $"pageSize={size}")).ToList();
        var filtered = processes[0].ReadFeedAsync(All / 2, more: ofType);
        var streams = processes.Select(async process =>
        {
            using var stream = await EventStream.OpenAsync(process, "pageSize=5");
            return (await stream.NextAsync(All)).Select(e => (string)e.Event!["id"]!).ToArray();
        }).ToList();

        var acknowledged = await Task.WhenAll(Enumerable.Range(0, Writers).Select(async writer =>
        {
            var (random, ids) = (new Random(writer), new List<string>());
            for (var i = 0; i < EventsOfEach; i++)
            {
                await using var open = random.Next(8) == 0 ? await service.Workspace.BeginRecordingAsync(service.ConnectionString) : null; // it comes to nothing
                await Task.Delay(random.Next(4));
                var json = $$"""{"eventTypeName":"{{(i % 2 == 0 ? "order.paid" : "signup.completed")}}"}""";
                ids.Add((string)(await processes[random.Next(2)].RecordAsync($"ctc_{writer}", json)).Json["id"]!);
            }

            return ids;
        }));

        var stored = await service.AskAsync<Guid>("SELECT id FROM events ORDER BY transaction_id, position");
        var expected = stored.Select(id => new Domain.Events.EventId(id).ToString()).ToArray();
        Assert.That(expected, Is.EquivalentTo(acknowledged.SelectMany(ids => ids)));
        using (Assert.EnterMultipleScope())
        {
            foreach (var reader in byPages)
            {
                Assert.That((await reader).Events.Ids(), Is.EqualTo(expected));
            }

            foreach (var stream in streams)
            {
                Assert.That(await stream, Is.EqualTo(expected));
            }

            var met = (await filtered).Events;
            Assert.That(met.Ids(), Is.EqualTo(expected.Where(met.Ids().Contains)));
            Assert.That(met.Select(e => (string)e["eventTypeName"]!), Is.All.EqualTo("order.paid"));

            // Each waited for the answer to one before it sent the next.
            Assert.That(acknowledged.Select(ids => ids.Select(id => Array.IndexOf(expected, id))), Is.All.Ordered);
        }
    }

    /// <summary>Records so many events past the service.</summary>
    internal static string Many(Workspace workspace, int events) => $"""
        INSERT INTO events (tenant_id, id, event_type_id, transaction_id, occurred_at, created_at, schema_version, contact_id, payload)
        SELECT t.tenant_id, (left(uuid_at(now())::text, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid, t.id,
               pg_current_xact_id()::text::bigint + c.transaction_offset, now(), now(), 1, 'ctc_1', '{"{}"}'
        FROM   event_types t
        CROSS  JOIN feed_clock c
        CROSS  JOIN generate_series(1, {events})
        WHERE  t.tenant_id = '{workspace.Tenant.Value}' AND t.name = 'signup.completed'
        """;

    private static async Task<IReadOnlyList<string>> StoredAsync(Workspace workspace)
    {
        await using var source = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var command = source.CreateCommand($"SELECT id FROM events WHERE tenant_id = '{workspace.Tenant.Value}' ORDER BY transaction_id, position");
        await using var reader = await command.ExecuteReaderAsync();
        List<string> ids = [];
        while (await reader.ReadAsync())
        {
            ids.Add(new Domain.Events.EventId(reader.GetGuid(0)).ToString());
        }

        return ids;
    }
}
