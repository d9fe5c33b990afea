using System.Text.Json.Nodes;
using Flownally.Api.Tests.CommandLine;
using Flownally.Api.Tests.Feed;
using Flownally.Application.EventTypes;
using Flownally.Application.Feed;
using Flownally.Application.Paging;
using Flownally.Application.Retention;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Infrastructure.Retention;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Npgsql;

namespace Flownally.Api.Tests.Postgres;

/// <summary>Whole months go, and nobody who records waits for it.</summary>
public sealed class RetentionTests
{
    private const string Partitions = "SELECT string_agg(relname, ' ' ORDER BY relname) FROM pg_class WHERE relname ~ '^events_2020_0[1-4]$'";

    [TestCase(1, "2020-03-31T23:59:59.9999999Z", "2020-02-01")]
    [TestCase(1, "2020-04-01T00:00:00Z", "2020-03-01")]
    [TestCase(1, "2020-04-01T00:00:00.0000001Z", "2020-03-01")]
    [TestCase(12, "2020-04-01T00:00:00Z", "2019-04-01")]
    [TestCase(int.MaxValue, "2020-04-01T00:00:00Z", "0001-01-01")]
    [TestCase(null, "2020-04-01T00:00:00Z", "0001-01-01")]
    public void A_month_is_kept_until_its_end_lies_the_months_back(int? months, string now, string firstKept) =>
        Assert.That(new RetentionOptions { Months = months }.FirstKept(DateTimeOffset.Parse(now, null)).ToString("o", null), Is.EqualTo(firstKept));

    [Test]
    public async Task What_lies_beyond_goes_with_its_counts_and_keys_and_nothing_else_does()
    {
        await using var database = await AgingDatabase.StartAsync("beyond");
        await database.RecordMonthlyAsync(2);
        await database.RecordAsync("k-3");
        await database.ExecuteAsync("CREATE TABLE events_2019_12 (note text)"); // what operators keep is theirs
        var place = await database.AskAsync<string>("SELECT (transaction_id, position)::text FROM events_2020_01");

        Assert.That(await database.ListExpiredAsync(), Is.EqualTo([new ExpiredMonth("2020-01", 1)]));
        var outcome = (await database.ApplyAsync())!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((string.Join(' ', outcome.Dropped), outcome.Keys, outcome.Obstacle), Is.EqualTo(("2020-01", 1L, (string?)null)));
            Assert.That(await database.AskAsync<string>(Partitions), Is.EqualTo("events_2020_02 events_2020_03 events_2020_04"));
            Assert.That(await database.AskAsync<long>("SELECT count(*) FROM events_2019_12"), Is.Zero);
            Assert.That(await database.AskAsync<string>("SELECT string_agg(key, ' ' ORDER BY key) FROM event_keys"), Is.EqualTo("k-2 k-3"));
            Assert.That(await database.AskAsync<DateOnly>("SELECT min(month) FROM event_counts"), Is.EqualTo(new DateOnly(2020, 2, 1)));
            Assert.That(await database.TotalAsync(), Is.EqualTo(2));
            Assert.That(await database.AskAsync<string>("SELECT (transaction_id, position)::text FROM retention"), Is.EqualTo(place));
            Assert.That(await database.AskAsync<bool>("SELECT oldest_kept = uuid_at('2020-02-01Z') AND keys_swept = oldest_kept AND dropping IS NULL FROM retention"));
            Assert.That(await database.ListExpiredAsync(), Is.Empty);
            Assert.That((await database.ApplyAsync())!.Dropped, Is.Empty);
        }

        Assert.That((await database.RecordAsync("k-2")).Replayed);
        Assert.That((await database.RecordAsync("k-1")).Replayed, Is.False);
        Assert.That(await database.TotalAsync(), Is.EqualTo(3));
    }

    [Test]
    public async Task Several_months_go_one_after_another_and_thousands_of_keys_with_them()
    {
        await using var database = await AgingDatabase.StartAsync("several");
        await database.RecordMonthlyAsync(3);
        await database.ExecuteAsync("""
            INSERT INTO event_keys (tenant_id, key, event_id, fingerprint)
            SELECT tenant_id, 'k-' || n, CASE n % 3 WHEN 0 THEN uuid_at('2020-03-01Z') ELSE event_id END, fingerprint
            FROM   event_keys, generate_series(1000, 15999) n
            WHERE  key = 'k-1'
            """);
        var outcome = (await database.ApplyAsync())!;
        Assert.That(outcome.Dropped, Is.EqualTo(["2020-01", "2020-02"]));
        Assert.That(outcome.Keys, Is.EqualTo(10_002));
        Assert.That(await database.AskAsync<long>("SELECT count(*) FROM event_keys"), Is.EqualTo(5_001));
    }

    [Test]
    public async Task Without_the_setting_everything_is_kept()
    {
        await using var database = await AgingDatabase.StartAsync("forever", months: null);
        await database.RecordMonthlyAsync(4);
        Assert.That(await database.ListExpiredAsync(), Is.Empty);
        Assert.That(await database.ApplyAsync(), Is.EqualTo(new RetentionOutcome([], 0, null)));
        Assert.That(await database.TotalAsync(), Is.EqualTo(4));
    }

    [Test]
    public async Task A_type_whose_events_are_gone_can_be_deleted()
    {
        await using var database = await AgingDatabase.StartAsync("type");
        var type = (await database.SendAsync(new CreateEventType(Caller.Operator(database.Tenant), EventTypeName.Parse("order.paid")))).Value.EventType;
        await database.RecordAsync(type: "order.paid");
        database.MoveTo(3, 1);
        Assert.That((await database.SendAsync(new DeleteEventType(Caller.Operator(database.Tenant), type.Id))).Error, Is.TypeOf<EventTypeInUse>());
        await database.ApplyAsync();
        Assert.That((await database.SendAsync(new DeleteEventType(Caller.Operator(database.Tenant), type.Id))).IsSuccess);
    }

    [Test]
    public async Task Recording_goes_on_while_a_reader_keeps_the_month()
    {
        await using var database = await AgingDatabase.StartAsync("reader");
        await database.RecordMonthlyAsync(2);
        await using var reader = await database.BeginAsync("SELECT count(*) FROM events");
        var applying = database.BeginApplyAsync();
        await database.UntilAsync("EXISTS (SELECT FROM pg_inherits WHERE inhdetachpending) AND NOT EXISTS (SELECT FROM event_counts WHERE month = '2020-01-01')");
        Assert.That(await database.TotalAsync(), Is.EqualTo(1));
        for (var i = 0; i < 100; i++)
        {
            await database.RecordAsync($"during-{i}").WaitAsync(TimeSpan.FromSeconds(10)); // meanwhile it tries again and again
        }

        Assert.That(applying.IsCompleted, Is.False);
        Assert.That(await database.TotalAsync(), Is.EqualTo(101));
        await database.UntilAsync("(SELECT max(transaction_id) FROM events) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint"); // the feed goes on
        await using (var count = new NpgsqlCommand("SELECT count(*) FROM events", reader))
        {
            Assert.That(await count.ExecuteScalarAsync(), Is.EqualTo(2));
        }

        await reader.CloseAsync();
        Assert.That((await database.PassAsync(applying))!.Dropped, Is.EqualTo(["2020-01"]));
    }

    [Test]
    public async Task While_a_key_of_the_month_is_still_there_it_can_be_used_again()
    {
        await using var database = await AgingDatabase.StartAsync("unswept");
        await database.RecordMonthlyAsync(2);
        var reader = await database.BeginAsync("SELECT count(*) FROM events");
        var outcome = (await database.ApplyAsync())!;
        Assert.That((outcome.Dropped.Count, outcome.Keys), Is.EqualTo((0, 0)));
        Assert.That(outcome.Obstacle, Does.Contain("older"));
        Assert.That(await database.AskAsync<bool>("SELECT event_id < uuid_at('2020-02-01Z') FROM event_keys WHERE key = 'k-1'"));

        var again = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => database.RecordAsync("k-1")));
        Assert.That(again.Count(recorded => !recorded.Replayed), Is.EqualTo(1));
        Assert.That(again.Select(recorded => recorded.Event.Id).Distinct().Count(), Is.EqualTo(1));

        await reader.DisposeAsync();
        Assert.That((await database.ApplyAsync())!.Keys, Is.Zero);
        Assert.That((await database.RecordAsync("k-1")).Replayed);
        Assert.That(await database.TotalAsync(), Is.EqualTo(2));
    }

    /// <param name="obstacle">What holds it up where it is to be killed.</param>
    /// <param name="where">Tells that it has got so far.</param>
    [TestCase("announced", "LOCK TABLE events IN SHARE UPDATE EXCLUSIVE MODE",
        "EXISTS (SELECT FROM retention WHERE dropping = 'events_2020_01') AND EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('events_2020_01') AND NOT inhdetachpending)")]
    [TestCase("detaching", "SELECT count(*) FROM events",
        "EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('events_2020_01') AND inhdetachpending)")]
    [TestCase("detached", "LOCK TABLE event_counts IN EXCLUSIVE MODE",
        "to_regclass('events_2020_01') IS NOT NULL AND NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = to_regclass('events_2020_01'))")]
    [TestCase("dropped", "SELECT FROM event_keys WHERE key = 'k-1' FOR UPDATE",
        "to_regclass('events_2020_01') IS NULL AND EXISTS (SELECT FROM event_keys WHERE key = 'k-1')")]
    public async Task Killed_after_any_step_it_is_begun_again_and_ends_the_same(string step, string obstacle, string where)
    {
        await using var database = await AgingDatabase.StartAsync($"killed_{step}");
        await database.RecordMonthlyAsync(2);
        var holder = await database.BeginAsync(obstacle);
        var applying = database.BeginApplyAsync();
        await database.UntilAsync(where);
        await database.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'flownally-retention'");
        await Assert.ThatAsync(() => database.PassAsync(applying), Throws.InstanceOf<NpgsqlException>());
        Assert.That(await database.AskAsync<bool>($"SELECT {where}"));
        await holder.DisposeAsync();

        Assert.That((await database.ApplyAsync())!.Obstacle, Is.Null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await database.AskAsync<string>(Partitions), Is.EqualTo("events_2020_02 events_2020_03 events_2020_04"));
            Assert.That(await database.AskAsync<string>("SELECT string_agg(key, ' ') FROM event_keys"), Is.EqualTo("k-2"));
            Assert.That(await database.TotalAsync(), Is.EqualTo(1));
            Assert.That(await database.AskAsync<bool>("SELECT keys_swept = uuid_at('2020-02-01Z') AND dropping IS NULL AND position > 0 FROM retention"));
            Assert.That((await database.RecordAsync("k-1")).Replayed, Is.False);
        }
    }

    [Test]
    public async Task One_process_at_a_time_does_it()
    {
        await using var database = await AgingDatabase.StartAsync("turns");
        await database.RecordMonthlyAsync(2);
        await using (await Infrastructure.Postgres.AdvisoryLock.TakeAsync(database.ConnectionString, "flownally.retention", default))
        {
            Assert.That(await database.ApplyAsync(), Is.Null);
        }

        Assert.That((await database.ApplyAsync())!.Dropped, Is.EqualTo(["2020-01"]));
    }

    [Test]
    public async Task An_account_that_owns_nothing_is_told_what_to_set_and_records_on()
    {
        await using var database = await AgingDatabase.StartAsync("account", account: "retention_guest");
        await database.RecordMonthlyAsync(2);
        Assert.That((await database.ApplyAsync())!.Obstacle, Does.Contain("retention_guest").And.Contain("ConnectionStrings__FlownallyOwner"));
        await database.RecordAsync();
        Assert.That(await database.TotalAsync(), Is.EqualTo(3));
    }

    [Test]
    public async Task A_process_that_serves_looks_after_it_at_its_start_and_every_day()
    {
        await using var database = await AgingDatabase.StartAsync("daily");
        await database.RecordMonthlyAsync(2);
        var work = database.Services.GetServices<IHostedService>().OfType<PartitionMaintenance>().Single();
        await work.StartAsync(default);
        await database.UntilAsync("to_regclass('events_2020_01') IS NULL AND NOT EXISTS (SELECT FROM event_keys WHERE key = 'k-1')");
        database.MoveTo(4, 1);
        await database.UntilAsync("to_regclass('events_2020_02') IS NULL AND to_regclass('events_2020_03') IS NOT NULL", TimeSpan.FromHours(1));
        await work.StopAsync(default);
    }

    [Test]
    public async Task A_month_that_was_dropped_is_not_made_again()
    {
        await using var database = await AgingDatabase.StartAsync("again");
        await database.ExecuteAsync("UPDATE retention SET oldest_kept = uuid_at(date_trunc('month', now(), 'UTC'))");
        await database.ExecuteAsync("SELECT create_event_partitions(CURRENT_DATE)");
        Assert.That(await database.AskAsync<bool>("""
            SELECT to_regclass(to_char(now() AT TIME ZONE 'UTC', '"events_"YYYY_MM')) IS NOT NULL
               AND to_regclass(to_char(date_trunc('month', now() AT TIME ZONE 'UTC') - interval '1 month', '"events_"YYYY_MM')) IS NULL
            """));
    }

    [Test]
    public async Task A_cursor_expires_with_the_first_event_after_it_and_the_beginning_is_what_is_left()
    {
        await using var database = await AgingDatabase.StartAsync("cursors");
        List<EventId> recorded = [];
        for (var month = 1; month <= 3; month++)
        {
            recorded.Add((await database.RecordAsync()).Event.Id);
            recorded.Add((await database.RecordAsync()).Event.Id);
            database.MoveTo(month + 1, 15);
        }

        await database.UntilAsync("(SELECT max(transaction_id) FROM events) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint");
        List<string> cursors = [await FeedReading.CursorAsync(new FeedPlace(0, 0), database.ConnectionString)];
        for (var i = 0; i < 6; i++)
        {
            cursors.Add((await ReadAsync(cursors[^1], 1)).Value.NextCursor);
        }

        await database.ApplyAsync(); // January and February go
        using (Assert.EnterMultipleScope())
        {
            foreach (var gone in cursors[..4])
            {
                Assert.That((await ReadAsync(gone)).Error, Is.TypeOf<CursorExpired>());
            }

            Assert.That((await ReadAsync(null)).Value.Events.Select(e => e.Id), Is.EqualTo(recorded[4..]));
            Assert.That((await ReadAsync(cursors[4])).Value.Events.Select(e => e.Id), Is.EqualTo(recorded[4..]));
            Assert.That((await ReadAsync(cursors[5])).Value.Events.Select(e => e.Id), Is.EqualTo(recorded[5..]));
            Assert.That((await ReadAsync(cursors[6])).Value.Events, Is.Empty);
        }

        database.MoveTo(5, 15);
        await database.ApplyAsync(); // nothing is left
        var end = (await ReadAsync(null)).Value;
        Assert.That(end.Events, Is.Empty);
        Assert.That(await PlaceAsync((await ReadAsync(end.NextCursor)).Value), Is.EqualTo(await PlaceAsync(end)));
        Assert.That((await ReadAsync(cursors[5])).Error, Is.TypeOf<CursorExpired>());

        Task<Result<FeedResponse>> ReadAsync(string? cursor, int pageSize = 50) =>
            database.SendAsync(new ReadFeed(Caller.Operator(database.Tenant), null, cursor, PageSize.Parse($"{pageSize}"), default));
        Task<FeedPlace> PlaceAsync(FeedResponse page) => FeedReading.PlaceAsync(page.NextCursor, database.ConnectionString);
    }

    /// <summary>Retention writes down what it drops before it does: whoever cannot see an event any more can see that it is gone.</summary>
    [Test]
    public async Task A_reader_is_told_that_a_month_goes_before_it_is_gone()
    {
        await using var database = await AgingDatabase.StartAsync("announced");
        await database.RecordMonthlyAsync(2);
        await database.UntilAsync("(SELECT max(transaction_id) FROM events) < pg_snapshot_xmin(pg_current_snapshot())::text::bigint");
        var early = await FeedReading.CursorAsync(new FeedPlace(0, 0), database.ConnectionString);
        await using var holder = await database.BeginAsync("LOCK TABLE events IN SHARE UPDATE EXCLUSIVE MODE");
        var applying = database.BeginApplyAsync();
        await database.UntilAsync("EXISTS (SELECT FROM retention WHERE dropping = 'events_2020_01')");
        Assert.That(await database.AskAsync<long>("SELECT count(*) FROM events"), Is.EqualTo(2)); // all are there still
        Assert.That((await database.SendAsync(new ReadFeed(Caller.Operator(database.Tenant), null, early, PageSize.Default, default))).Error, Is.TypeOf<CursorExpired>());
        await holder.CloseAsync();
        Assert.That((await database.PassAsync(applying))!.Dropped, Is.EqualTo(["2020-01"]));
    }

    [Test]
    public async Task The_feed_goes_on_after_what_was_dropped()
    {
        await using var database = await AgingDatabase.StartAsync("feed");
        await database.ExecuteAsync("UPDATE retention SET transaction_id = 4000000000000");
        await database.ExecuteAsync("SELECT move_feed_clock()");
        Assert.That(await database.AskAsync<long>("SELECT pg_current_xact_id()::text::bigint + transaction_offset FROM feed_clock"), Is.GreaterThan(4_000_000_000_000));
    }

    [Test]
    public async Task The_command_lists_and_drops()
    {
        await using var database = await AgingDatabase.StartAsync("command");
        await database.RecordMonthlyAsync(2);
        Assert.That(await CommandAsync("1", "--dry-run"), Is.EqualTo((0,
            """{"months":[{"month":"2020-01","events":1},{"month":"2020-02","events":1},{"month":"2020-03","events":0},{"month":"2020-04","events":0},{"month":"2020-05","events":0},{"month":"2020-06","events":0}]}""")));
        Assert.That(await database.TotalAsync(), Is.EqualTo(2));
        var (status, output) = await CommandAsync("1");
        Assert.That((status, (int)JsonNode.Parse(output)!["keys"]!, JsonNode.Parse(output)!["dropped"]!.AsArray().Count), Is.EqualTo((0, 2, 6)));
        Assert.That(await database.TotalAsync(), Is.Zero);
        Assert.That(await CommandAsync("0"), Is.EqualTo((2, "")));
        Assert.That(await CommandAsync("1", "--dry-run"), Is.EqualTo((0, """{"months":[]}""")));

        Task<(int Status, string Output)> CommandAsync(string months, params string[] more) => RunningService.ToolAsync(["env", $"Retention__Months={months}",
            $"ConnectionStrings__Flownally={database.ConnectionString}", Path.Combine(RunningService.Root.FullName, "flownally"), "retention", "apply", "--json", .. more]);
    }
}
