using System.Diagnostics;
using Flownally.Api.Tests.CommandLine;
using Flownally.Api.Tests.Feed;
using Flownally.Application.Journeys.Delivery;
using Flownally.Application.Tenants;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Journeys.Dispatch;

namespace Flownally.Api.Tests.Journeys;

/// <summary>A tenant whose journeys make very many entries is behind by itself: nobody else waits, and none of its entries is lost.</summary>
public sealed class JourneySharesTests
{
    /// <summary>A line for each event whose entries into a tenant's journeys are not one each, or are not in the order of the feed.</summary>
    private static string Astray(int journeys) => $"""
        WITH entered AS (
            SELECT e.id, count(*) FILTER (WHERE n.journey_id IS NOT NULL) AS times,
                   min(n.id::text COLLATE "C") AS first, max(n.id::text COLLATE "C") AS last, e.transaction_id, e.position
            FROM   events e
            LEFT   JOIN journey_entries n ON n.tenant_id = e.tenant_id AND n.event_id = e.id
            GROUP  BY e.id, e.transaction_id, e.position
        ), ordered AS (
            SELECT *, lag(last) OVER (ORDER BY transaction_id, position) AS last_before
            FROM   entered
            WHERE  times > 1
        )
        SELECT format('%s entered %s times', id, times) FROM ordered
        WHERE  times <> {journeys} OR last_before > first
        """;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Test]
    public async Task While_a_tenant_with_many_journeys_is_behind_the_others_do_not_wait()
    {
        const int Journeys = 300;
        await using var service = await OwnService.StartAsync("flood");
        var other = await service.NewWorkspaceAsync();
        await AllowManyJourneysAsync(service, service.Workspace);
        await ActivateAsync(service.Workspace, Journeys);
        var small = (await ActivateAsync(other, 1)).Single();
        await RecordAsync(service.Workspace, 200);
        await IsBehindAsync(service);
        var waits = new List<TimeSpan>();
        for (var i = 1; i <= 5; i++)
        {
            var since = Stopwatch.GetTimestamp();
            await other.RecordedAsync($"ctc_{i}");
            await UntilAsync(async () => await CountAsync(other, small) == i);
            waits.Add(Stopwatch.GetElapsedTime(since));
        }

        Assert.That(await BacklogsAsync(service), Is.EqualTo(1), "It is still behind.");
        Assert.That(waits.Order().ElementAt(waits.Count / 2), Is.LessThan(TimeSpan.FromSeconds(1)), "the median, because a machine may be busy with other tests");
        await CaughtUpAsync(service);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await service.AskAsync<long>($"SELECT count(*) FROM journey_entries WHERE tenant_id = '{service.Workspace.Tenant.Value}'")).Single(), Is.EqualTo(200 * Journeys));
            Assert.That(await service.AskAsync<string>(Astray(Journeys)), Is.Empty);
        }

        // It is back among the others.
        await RecordAsync(service.Workspace, 1);
        await UntilAsync(async () => (await service.AskAsync<long>($"SELECT count(*) FROM journey_entries WHERE tenant_id = '{service.Workspace.Tenant.Value}'")).Single() == 201 * Journeys);
        Assert.That(await BacklogsAsync(service), Is.Zero);
    }

    [Test]
    public async Task Whoever_takes_over_from_a_leader_that_was_killed_goes_on_with_its_backlogs()
    {
        const int Journeys = 150;
        const int Events = 200;
        await using var service = await OwnService.StartAsync("backlog_killed");
        await service.StopAsync();
        await using var first = await RunningService.ServeAsync(service.ConnectionString);
        var workspace = service.Workspace.At(first.Url);
        await ActivateAsync(workspace, Journeys);
        await RecordAsync(workspace, Events);
        await IsBehindAsync(service);
        await first.KillAsync();
        Assert.That(await BacklogsAsync(service), Is.EqualTo(1), "It was still behind.");
        await using var second = await RunningService.ServeAsync(service.ConnectionString);
        await RecordAsync(service.Workspace.At(second.Url), Events);
        await UntilAsync(async () => (await service.AskAsync<long>("SELECT count(*) FROM journey_entries")).Single() == 2 * Events * Journeys);
        await CaughtUpAsync(service);
        Assert.That(await service.AskAsync<string>(Astray(Journeys)), Is.Empty);
    }

    [Test]
    public async Task A_process_that_is_told_to_end_does_not_wait_for_backlogs()
    {
        await using var service = await OwnService.StartAsync("backlog_stopped");
        await ActivateAsync(service.Workspace, 100);
        await RecordAsync(service.Workspace, 400);
        await IsBehindAsync(service);
        var since = Stopwatch.GetTimestamp();
        await service.StopAsync();
        Assert.That(Stopwatch.GetElapsedTime(since), Is.LessThan(TimeSpan.FromSeconds(5)));
        Assert.That(await BacklogsAsync(service), Is.EqualTo(1));
        await service.StartAnotherAsync();
        await CaughtUpAsync(service);
        Assert.That(await service.AskAsync<string>(Astray(100)), Is.Empty);
    }

    [Test]
    public async Task What_a_tenant_that_is_behind_has_not_read_passes_a_journey_by_that_is_paused_or_deleted()
    {
        const int Events = 500;
        await using var service = await OwnService.StartAsync("backlog_paused");
        var journeys = await ActivateAsync(service.Workspace, 100);
        await RecordAsync(service.Workspace, Events);
        await IsBehindAsync(service);
        var (paused, deleted, goesOn) = (journeys[0], journeys[1], journeys[2]);
        await service.Workspace.PostAsync($"/v1/journeys/{paused}/pause", "");
        await service.Workspace.DeleteAsync($"/v1/journeys/{deleted}");
        Assert.That(await BacklogsAsync(service), Is.EqualTo(1), "It was still behind.");
        await service.Workspace.PostAsync($"/v1/journeys/{paused}/activate", "");
        await CaughtUpAsync(service);
        var untilPaused = await CountAsync(service.Workspace, paused);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(untilPaused, Is.InRange(1, Events - 1));
            Assert.That(await CountAsync(service.Workspace, deleted), Is.InRange(1, Events - 1));
            Assert.That(await CountAsync(service.Workspace, goesOn), Is.EqualTo(Events));
        }

        // Activated anew, it reacts to what comes.
        await RecordAsync(service.Workspace, 1);
        await UntilAsync(async () => await CountAsync(service.Workspace, paused) == untilPaused + 1);
    }

    [Test]
    public async Task Where_nobody_is_behind_a_paused_journey_still_reacts_to_what_came_before()
    {
        await using var service = await OwnService.StartAsync("prompt_pause");
        var journey = (await ActivateAsync(service.Workspace, 1)).Single();
        for (var i = 1; i <= 20; i++)
        {
            await service.Workspace.RecordedAsync($"ctc_{i}");
            await service.Workspace.PostAsync($"/v1/journeys/{journey}/pause", "");
            await service.Workspace.PostAsync($"/v1/journeys/{journey}/activate", "");
        }

        await UntilAsync(async () => await CountAsync(service.Workspace, journey) == 20);
    }

    [Test]
    public async Task A_deleted_journey_is_entered_no_more_though_its_event_came_before()
    {
        await using var service = await OwnService.StartAsync("deleted_unread");
        var journeys = await ActivateAsync(service.Workspace, 2);
        await service.ExecuteAsync($"UPDATE journeys SET deleted_at = now() WHERE id = '{JourneyId.Parse(journeys[0]).Value}'"); // as if it were between the two statements
        await service.Workspace.RecordedAsync("ctc_1");
        await UntilAsync(async () => await CountAsync(service.Workspace, journeys[1]) == 1);
        Assert.That(await CountAsync(service.Workspace, journeys[0]), Is.Zero);
    }

    [TestCase("", TestName = "A_backlog_that_is_read_again_makes_nobody_enter_twice")]
    [TestCase("DELETE FROM events", TestName = "A_backlog_whose_events_are_no_longer_kept_is_over")]
    public async Task Of_a_backlog(string meanwhile)
    {
        await using var service = await OwnService.StartAsync(meanwhile.Length == 0 ? "backlog_again" : "backlog_gone");
        var journeys = await ActivateAsync(service.Workspace, 3);
        await RecordAsync(service.Workspace, 50);
        await UntilAsync(async () => await CountAsync(service.Workspace, journeys[^1]) == 50);
        await service.StopAsync();
        await service.ExecuteAsync($"{meanwhile}; INSERT INTO journey_backlogs SELECT id, 0, 0 FROM tenants");
        await service.StartAnotherAsync();
        await CaughtUpAsync(service);
        Assert.That(await service.AskAsync<long>("SELECT count(*) FROM journey_entries"), Is.EqualTo([150]));
    }

    /// <summary>The plan is made once for all tenants, and most events here are one tenant's.</summary>
    [Test]
    public async Task A_backlog_is_read_by_the_index_of_its_tenant()
    {
        await using var service = await OwnService.StartAsync("backlog_plan");
        var small = await service.NewWorkspaceAsync();
        await ActivateAsync(small, 1);
        await service.ExecuteAsync(GetEventFeedTests.Many(service.Workspace, 30_000));
        var partition = $"events_{TimeProvider.System.GetUtcNow():yyyy_MM}";
        await service.ExecuteAsync($"ANALYZE {partition}");
        await service.ExecuteAsync(GetEventFeedTests.Many(small, 3));
        var plan = await service.PlanAsync(JourneyFeed.ReadBacklog, ("@transaction_id", "bigint", "1"), ("@position", "bigint", "0"),
            ("@through_transaction_id", "bigint", "1000000000"), ("@through_position", "bigint", "0"), ("@limit", "int", "50"), ("@tenant_id", "uuid", $"'{small.Tenant.Value}'"));
        Assert.That(plan, Does.Match($@"Index Scan using {partition}_tenant_id_transaction_id_position_idx on {partition} \S+ +\(actual rows=3 "));
        Assert.That(plan, Does.Not.Match(@"Rows Removed by Filter: \d{3}"));
    }

    [Test]
    public async Task What_is_due_of_very_many_journeys_is_sent_by_and_by()
    {
        const int Journeys = DeliveryLimits.MaxJourneysPerPoll + 50;
        await using var service = await OwnService.StartAsync("many_due");
        await AllowManyJourneysAsync(service, service.Workspace);
        await ActivateAsync(service.Workspace, Journeys);
        await RecordAsync(service.Workspace, 3);
        await UntilAsync(async () => (await service.AskAsync<long>("SELECT count(*) FROM journey_entries")).Single() == 3 * Journeys);
        await service.StopAsync();
        await service.ExecuteAsync("UPDATE journey_entries SET delivery_state = 'pending', next_attempt_at = entered_at");
        await service.StartAnotherAsync();
        await UntilAsync(async () => (await service.AskAsync<long>("SELECT count(*) FROM journey_entries WHERE delivery_state = 'pending'")).Single() == 0);
        Assert.That(await service.AskAsync<long>("SELECT count(*) FROM journey_entries WHERE delivery_state = 'none'"), Is.EqualTo([3 * Journeys]), "they have no target");
    }

    /// <summary>Before the first call, so that the process remembers no other limit.</summary>
    private static Task<Domain.Result<TenantId>> AllowManyJourneysAsync(OwnService service, Workspace workspace) => service.SendAsync(new LimitTenant(workspace.Tenant,
        new Dictionary<TenantLimit, LimitSetting> { [TenantLimit.ActiveJourneysPerType] = new(false, null) }));

    /// <summary>Makes journeys without a filter or a target, which contacts enter with every event.</summary>
    /// <returns>Their ids.</returns>
    private static async Task<IReadOnlyList<string>> ActivateAsync(Workspace workspace, int count)
    {
        var type = (await workspace.GetAsync("/v1/event-types?pageSize=200")).Json["eventTypes"]!.AsArray().Single(type => (string)type!["name"]! == "signup.completed")!["id"];
        var ids = new string[count];
        await Parallel.ForAsync(0, count, async (i, _) =>
        {
            var journey = (await workspace.PostAsync("/v1/journeys", $$"""{"name":"{{i}}","entryMode":"everyTime","triggerConfig":{"eventTypeId":"{{type}}"} }""")).Json;
            ids[i] = (string)journey["id"]!;
            Assert.That((await workspace.PostAsync($"/v1/journeys/{ids[i]}/activate", "")).Status, Is.EqualTo(200));
        });
        return ids;
    }

    /// <summary>By one call.</summary>
    private static async Task RecordAsync(Workspace workspace, int count)
    {
        var events = Enumerable.Range(1, count).Select(i => $$"""{"contactId":"ctc_{{i}}","eventTypeName":"signup.completed"}""");
        Assert.That((await workspace.PostAsync("/v1/events/batch", $$"""{"events":[{{string.Join(',', events)}}]}""")).Status, Is.EqualTo(200));
    }

    private static async Task<long> CountAsync(Workspace workspace, string journey) =>
        (long)(await workspace.GetAsync($"/v1/journeys/{journey}/entries?pageSize=1")).Json["totalSize"]!;

    private static async Task<long> BacklogsAsync(OwnService service) => (await service.AskAsync<long>("SELECT count(*) FROM journey_backlogs")).Single();

    private static Task IsBehindAsync(OwnService service) => UntilAsync(async () => await BacklogsAsync(service) == 1);

    private static Task CaughtUpAsync(OwnService service) => UntilAsync(async () => await BacklogsAsync(service) == 0);

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        for (var since = Stopwatch.GetTimestamp(); !await isSo(); await Task.Delay(10))
        {
            Assert.That(Stopwatch.GetElapsedTime(since), Is.LessThan(Patience));
        }
    }
}
