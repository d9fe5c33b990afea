using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Flownally.Api.Tests.CommandLine;
using Flownally.Api.Tests.Postgres;
using Flownally.Application.Journeys.Delivery;
using Flownally.Domain.Contacts;
using Flownally.Domain.Journeys;
using Flownally.Infrastructure.Journeys.Dispatch;
using Flownally.Infrastructure.Postgres;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Flownally.Api.Tests.Journeys;

/// <summary>What active journeys do with events, from the recording to the receiver.</summary>
public sealed class JourneyReactionTests
{
    private const string Filter = """{"type":"object","properties":{"total":{"type":"number","minimum":100}},"required":["total"]}""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [Test]
    public async Task A_signed_call_tells_the_target_of_a_matching_event()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var service = await OwnService.StartAsync("reaction");
        var journey = await ActivateAsync(service.Workspace, receiver);
        await RecordAsync(service.Workspace, "ctc_1", 99.99m);
        var recorded = await RecordAsync(service.Workspace, "ctc_1", 129.90m);
        var entry = (await DeliveredAsync(service.Workspace, journey)).Single();
        var delivery = receiver.Deliveries.Single();
        var told = JsonNode.Parse(delivery.Body)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(delivery.Method, Is.EqualTo("POST"));
            Assert.That(delivery.Headers.ContentType.ToString(), Is.EqualTo("application/json"));
            Assert.That(delivery.Headers.ContentLength, Is.EqualTo(delivery.Body.Length));
            Assert.That(delivery.Headers["webhook-id"].ToString(), Is.EqualTo((string)entry["id"]!));
            Assert.That(delivery.Headers["webhook-signature"].ToString(), Is.EqualTo(Signature(delivery)));
            Assert.That((string)told["type"]!, Is.EqualTo("journey.entered"));
            Assert.That((string)told["timestamp"]!, Is.EqualTo((string)entry["enteredAt"]!));
            Assert.That(told["data"]!["journey"]!.ToJsonString(), Is.EqualTo($$"""{"id":"{{journey["id"]}}","name":"Thanks"}"""));
            Assert.That(told["data"]!["entry"]!.ToJsonString(), Is.EqualTo($$"""{"id":"{{entry["id"]}}","enteredAt":"{{entry["enteredAt"]}}"}"""));
            Assert.That(told["data"]!["event"]!.ToJsonString(), Is.EqualTo(recorded.ToJsonString()));
            Assert.That(entry["delivery"]!.AsObject().Select(member => member.Key), Is.EqualTo(["state", "attempts", "lastAttemptAt", "lastStatus"]));
            Assert.That(((int)entry["delivery"]!["attempts"]!, (int)entry["delivery"]!["lastStatus"]!), Is.EqualTo((1, 200)));
            Assert.That((string)entry["eventId"]!, Is.EqualTo((string)recorded["id"]!));
        }
    }

    [Test]
    public async Task What_docs_show_of_a_webhook_is_what_arrives()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var service = await OwnService.StartAsync("page");
        var journey = await ActivateAsync(service.Workspace, receiver);
        await RecordAsync(service.Workspace, "ctc_1", 129.90m);
        await DeliveredAsync(service.Workspace, journey);
        var (arrived, shown) = (receiver.Deliveries.Single(), await ShownAsync());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shown.Headers.Keys.Select(name => name.ToLowerInvariant()), Is.EquivalentTo(arrived.Headers.Keys.Select(name => name.ToLowerInvariant())));
            Assert.That(shown.Headers.ContentLength, Is.EqualTo(shown.Body.Length));
            Assert.That(shown.Headers["webhook-signature"].ToString(), Is.EqualTo(Signature(shown)));
            Assert.That(MembersOf(JsonNode.Parse(shown.Body)), Is.EqualTo(MembersOf(JsonNode.Parse(arrived.Body))));
        }
    }

    [Test]
    public async Task After_a_clock_was_far_ahead_entries_follow_the_last_one_and_webhooks_do_not_wait()
    {
        var (asked, answer) = (new TaskCompletionSource(), new TaskCompletionSource());
        await using var receiver = await Receiver.StartAsync(_ =>
        {
            asked.TrySetResult();
            return answer.Task;
        });
        var connectionString = await DatabaseTests.NewDatabaseAsync("entries_ahead");
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        await using (var owner = NpgsqlDataSource.Create(connectionString))
        await using (var step = owner.CreateCommand("UPDATE journey_cursor SET last_entry_id = uuid_at(now() + interval '150 days') RETURNING last_entry_id"))
        {
            var last = new JourneyEntryId((Guid)(await step.ExecuteScalarAsync())!);
            await using var service = await OwnService.StartOnAsync(connectionString);
            var journey = await ActivateAsync(service.Workspace, receiver);
            await RecordAsync(service.Workspace, "ctc_1", 100);
            await asked.Task.WaitAsync(Patience);
            Assert.That(await service.AskAsync<bool>("SELECT entered_at <= now() AND next_attempt_at <= now() FROM journey_entries"), Is.EqualTo([true]));
            answer.SetResult();
            var entry = (await DeliveredAsync(service.Workspace, journey)).Single();
            Assert.That((string)entry["id"]!, Is.GreaterThan(last.ToString()).Using((IComparer<string>)StringComparer.Ordinal));
        }
    }

    [Test]
    public async Task A_contact_enters_once_or_with_every_event()
    {
        await using var service = await OwnService.StartAsync("modes");
        var once = await ActivateAsync(service.Workspace);
        var everyTime = await ActivateAsync(service.Workspace, mode: "everyTime");
        var events = new List<string>();
        foreach (var contact in new[] { "ctc_1", "ctc_2", "ctc_1", "ctc_1" })
        {
            events.Add((string)(await RecordAsync(service.Workspace, contact, 100))["id"]!);
        }

        var entries = await EntriesAsync(service.Workspace, everyTime, entries => entries.Count == 4);
        Assert.That(entries.Select(entry => (string)entry["eventId"]!), Is.EqualTo(events.AsEnumerable().Reverse()), "newest first, so ids ascend in the order of the feed");
        Assert.That(entries.Select(State), Is.All.EqualTo("none"), "there is no target");
        entries = await EntriesAsync(service.Workspace, once, entries => entries.Count >= 2);
        Assert.That(entries.Select(entry => (string)entry["eventId"]!), Is.EqualTo(events.Take(2).Reverse()));
    }

    [Test]
    public async Task Only_what_is_recorded_while_a_journey_is_active_makes_contacts_enter()
    {
        await using var service = await OwnService.StartAsync("active");
        var workspace = service.Workspace;
        var journey = await ActivateAsync(workspace, mode: "everyTime", activate: false);
        var expected = new List<string>();
        async Task RecordAsync(bool enters)
        {
            for (var i = 0; i < 3; i++)
            {
                var id = (string)(await JourneyReactionTests.RecordAsync(workspace, $"ctc_{i}", 100))["id"]!;
                if (enters)
                {
                    expected.Add(id);
                }
            }
        }

        var address = $"/v1/journeys/{journey["id"]}";
        await RecordAsync(enters: false);
        await workspace.PostAsync($"{address}/activate", "");
        await RecordAsync(enters: true);
        await workspace.PostAsync($"{address}/pause", "");
        await RecordAsync(enters: false);
        await workspace.PostAsync($"{address}/activate", "");
        await RecordAsync(enters: true);
        await workspace.PatchAsync(address, """{"triggerConfig":{"payloadFilter":{"type":"object","required":["unheardOf"]}}}""");
        await RecordAsync(enters: false);
        await workspace.PatchAsync(address, """{"triggerConfig":{"payloadFilter":null}}""");
        await RecordAsync(enters: true);
        await EntriesAsync(workspace, journey, entries => entries.Count == expected.Count); // a deleted journey is entered no more
        await workspace.DeleteAsync(address);
        await RecordAsync(enters: false);
        var last = await ActivateAsync(workspace, mode: "everyTime");
        await JourneyReactionTests.RecordAsync(workspace, "ctc_last", 100);
        await EntriesAsync(workspace, last, entries => entries.Count == 1); // so all before has been read
        var entries = await EntriesAsync(workspace, journey, _ => true);
        Assert.That(entries.Select(entry => (string)entry["eventId"]!), Is.EqualTo(expected.AsEnumerable().Reverse()));
    }

    /// <summary>Intervals are kept for good, and a step comes many times a second.</summary>
    [Test]
    public async Task A_step_reads_no_interval_that_is_over()
    {
        await using var service = await OwnService.StartAsync("intervals");
        await ActivateAsync(service.Workspace);
        await service.ExecuteAsync("""
            INSERT INTO journey_activations (tenant_id, journey_id, from_tx, to_tx, event_type_id, entry_mode)
            SELECT tenant_id, journey_id, -2 * n, 1 - 2 * n, event_type_id, entry_mode
            FROM   journey_activations, generate_series(1, 20000) AS n;
            ANALYZE journey_activations
            """);
        var plan = await service.PlanAsync(JourneyFeed.Read, ("@transaction_id", "bigint", "1"), ("@position", "bigint", "0"), ("@limit", "int", "50"));
        Assert.That(plan, Does.Match(@"Bitmap Heap Scan on journey_activations +\(actual rows=1 "));
        plan = await service.PlanAsync(JourneyIntervals.FindIntervals, ("@transaction_id", "bigint", "1"),
            ("@tenants", "uuid[]", $"ARRAY['{service.Workspace.Tenant.Value}'::uuid]"), ("@types", "uuid[]", "ARRAY['00000000-0000-0000-0000-000000000000'::uuid]"));
        Assert.That(plan, Does.Match(@"Bitmap Heap Scan on journey_activations +\(actual rows=1 "));
    }

    [Test]
    public async Task Large_payloads_are_read_a_few_at_a_time_and_none_is_passed_over()
    {
        const int Events = 400;
        const int Journeys = 3;
        await using var service = await OwnService.StartAsync("large");
        List<JsonNode> journeys = [];
        for (var i = 0; i < Journeys; i++)
        {
            journeys.Add(await ActivateAsync(service.Workspace, mode: "everyTime"));
        }

        await service.StopAsync();
        var workspace = service.Workspace;
        await using (await AdvisoryLock.TryTakeAsync(service.ConnectionString, "flownally.journeys", default))
        {
            workspace = await service.StartAnotherAsync();
            var moment = $$"""{"contactId":"ctc_1","eventTypeName":"order.paid","payload":{"total":100,"note":"{{new string('x', 60_000)}}"} }""";
            foreach (var batch in Enumerable.Repeat(moment, Events).Chunk(100))
            {
                Assert.That((await workspace.PostAsync("/v1/events/batch", $$"""{"events":[{{string.Join(',', batch)}}]}""")).Status, Is.EqualTo(200));
            }
        }

        var recorded = await service.AskAsync<Guid>("SELECT id FROM events ORDER BY transaction_id DESC, position DESC");
        foreach (var journey in journeys)
        {
            var id = JourneyId.Parse((string)journey["id"]!).Value;
            Assert.That(async () => await service.AskAsync<Guid>($"SELECT event_id FROM journey_entries WHERE journey_id = '{id}' ORDER BY id DESC"),
                Is.EqualTo(recorded).After((int)Patience.TotalMilliseconds, 50));
        }
    }

    [Test]
    public async Task A_contacts_first_attempts_arrive_in_the_order_of_the_feed_and_a_repeat_holds_nothing_back()
    {
        const int Events = 40;
        var seen = 0;
        await using var receiver = await Receiver.StartAsync(async http =>
        {
            var number = Interlocked.Increment(ref seen);
            await Task.Delay(number % 3 * 5, http.RequestAborted);
            http.Response.StatusCode = number == 1 ? 500 : 204;
        });
        await using var service = await OwnService.StartAsync("order");
        var journey = await ActivateAsync(service.Workspace, receiver, mode: "everyTime");
        for (var i = 0; i < Events; i++)
        {
            await RecordAsync(service.Workspace, "ctc_1", 100);
        }

        var entries = await DeliveredAsync(service.Workspace, journey, Events);
        var ids = receiver.Deliveries.Select(delivery => delivery.Headers["webhook-id"].ToString()).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(ids.Take(Events), Is.EqualTo(entries.Select(entry => (string)entry["id"]!).Reverse()));
            Assert.That(ids.Skip(Events), Is.EqualTo(ids.Take(1)), "the one that failed, again under its id");
            Assert.That((int)entries[^1]["delivery"]!["attempts"]!, Is.EqualTo(2));
            Assert.That(receiver.Deliveries.Select(delivery => delivery.Headers["webhook-signature"].ToString()), Is.EqualTo(receiver.Deliveries.Select(Signature)));
        }
    }

    [Test]
    public async Task A_target_that_never_answers_delays_no_other_journey()
    {
        using var end = new CancellationTokenSource();
        await using var dead = await Receiver.StartAsync(http => Task.Delay(Timeout.Infinite, end.Token).ContinueWith(_ => { }, TaskScheduler.Default));
        await using var live = await Receiver.StartAsync();
        await using var service = await OwnService.StartAsync("dead");
        var stuck = await ActivateAsync(service.Workspace, dead, mode: "everyTime");
        var flows = await ActivateAsync(service.Workspace, live, mode: "everyTime");
        for (var i = 0; i < 60; i++)
        {
            await RecordAsync(service.Workspace, $"ctc_{i}", 100);
        }

        await DeliveredAsync(service.Workspace, flows, 60);
        var waiting = await EntriesAsync(service.Workspace, stuck, entries => entries.Count == 60);
        Assert.That(waiting.Select(State), Is.All.EqualTo("pending"));
        await end.CancelAsync();
    }

    [Test]
    public async Task What_waits_for_a_journey_that_is_deleted_is_not_sent()
    {
        await using var receiver = await Receiver.StartAsync(http =>
        {
            http.Response.StatusCode = 503;
            return Task.CompletedTask;
        });
        await using var service = await OwnService.StartAsync("deleted");
        var journey = await ActivateAsync(service.Workspace, receiver);
        await RecordAsync(service.Workspace, "ctc_1", 100);
        await EntriesAsync(service.Workspace, journey, entries => entries is [var one] && (int)one["delivery"]!["attempts"]! == 1);
        await service.Workspace.DeleteAsync($"/v1/journeys/{journey["id"]}");
        await EntriesAsync(service.Workspace, journey, entries => State(entries.Single()) == "none");
        Assert.That(receiver.Deliveries, Has.Count.EqualTo(1));
    }

    [Test]
    public async Task What_was_delivered_stays_so_for_an_attempt_that_came_too_late()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var service = await OwnService.StartAsync("late");
        var journey = await ActivateAsync(service.Workspace, receiver);
        await RecordAsync(service.Workspace, "ctc_1", 100);
        var entry = (await DeliveredAsync(service.Workspace, journey)).Single();
        var due = new DueEntry(service.Workspace.Tenant, JourneyId.Parse((string)journey["id"]!), JourneyEntryId.Parse((string)entry["id"]!), ContactId.Parse("ctc_1"), Attempts: 0);
        await service.Services.GetRequiredService<IDeliveries>()
            .SaveAsync([new Attempt(due, DeliveryState.None, 0, TimeProvider.System.GetUtcNow(), null, null)], CancellationToken.None);
        var after = await service.Workspace.GetAsync($"/v1/journeys/{journey["id"]}/entries");
        Assert.That(after.Json["entries"]![0]!.ToJsonString(), Is.EqualTo(entry.ToJsonString()));
    }

    [Test]
    public async Task Of_several_processes_one_reacts_and_another_takes_over_when_it_is_killed()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var service = await OwnService.StartAsync("several");
        await service.StopAsync();
        var setting = ("Journeys__AllowPrivateTargets", "true");
        await using var first = await RunningService.ServeAsync(service.ConnectionString, setting);
        await using var second = await RunningService.ServeAsync(service.ConnectionString, setting);
        var workspace = service.Workspace.At(second.Url);
        var journey = await ActivateAsync(workspace, receiver, mode: "everyTime");
        await RecordAsync(workspace, "ctc_1", 100);
        await DeliveredAsync(workspace, journey);
        await first.KillAsync();
        for (var i = 0; i < 20; i++)
        {
            await RecordAsync(workspace, "ctc_1", 100);
        }

        var entries = await DeliveredAsync(workspace, journey, 21);
        Assert.That(receiver.Deliveries.Select(delivery => delivery.Headers["webhook-id"].ToString()).Distinct(),
            Is.EqualTo(entries.Select(entry => (string)entry["id"]!).Reverse()));
    }

    [Test]
    public async Task What_a_leader_that_died_has_left_goes_before_what_its_successor_reads_first()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var service = await OwnService.StartAsync("left");
        var journey = await ActivateAsync(service.Workspace, receiver, mode: "everyTime");
        await RecordAsync(service.Workspace, "ctc_1", 100);
        await DeliveredAsync(service.Workspace, journey);
        await service.StopAsync();
        await service.ExecuteAsync("UPDATE journey_entries SET delivery_state = 'pending', attempts = 0, next_attempt_at = entered_at");
        Workspace workspace;
        await using (await AdvisoryLock.TryTakeAsync(service.ConnectionString, "flownally.journeys", default))
        {
            workspace = await service.StartAnotherAsync();
            await RecordAsync(workspace, "ctc_1", 100);
        }

        var entries = await DeliveredAsync(workspace, journey, 2);
        Assert.That(receiver.Deliveries.Skip(1).Select(delivery => delivery.Headers["webhook-id"].ToString()),
            Is.EqualTo(entries.Select(entry => (string)entry["id"]!).Reverse()));
    }

    [Test]
    public async Task An_entry_is_told_of_again_on_demand()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var service = await OwnService.StartAsync("redeliver");
        var journey = await ActivateAsync(service.Workspace, receiver);
        await RecordAsync(service.Workspace, "ctc_1", 100);
        var entry = (await DeliveredAsync(service.Workspace, journey)).Single();
        var answer = await service.Workspace.PostAsync($"/v1/journeys/{journey["id"]}/entries/{entry["id"]}/redeliver", "");
        Assert.That(answer.Status, Is.EqualTo(202));
        await DeliveredAsync(service.Workspace, journey);
        Assert.That(receiver.Deliveries.Select(delivery => delivery.Headers["webhook-id"].ToString()), Is.EqualTo([(string)entry["id"]!, (string)entry["id"]!]));
    }

    [Test]
    public async Task While_very_many_are_delivered_again_a_first_attempt_waits_for_none_of_them()
    {
        const int Events = 1_000;
        using var end = new CancellationTokenSource();
        var isSlow = false;
        await using var receiver = await Receiver.StartAsync(http => isSlow ? Task.Delay(Timeout.Infinite, end.Token).ContinueWith(_ => { }, TaskScheduler.Default) : Task.CompletedTask);
        await using var service = await OwnService.StartAsync("redeliver_many");
        var journey = await ActivateAsync(service.Workspace, receiver, mode: "everyTime");
        var events = Enumerable.Repeat("""{"contactId":"ctc_1","eventTypeName":"order.paid","payload":{"total":100}}""", Events);
        await service.Workspace.PostAsync("/v1/events/batch", $$"""{"events":[{{string.Join(',', events)}}]}""");
        await UntilAsync(async () => (await service.AskAsync<long>("SELECT count(*) FROM journey_entries WHERE delivery_state = 'delivered'")).Single() == Events);
        isSlow = true;
        Assert.That((await service.Workspace.PostAsync($"/v1/journeys/{journey["id"]}/redeliver", """{"states":["delivered"]}""")).Text, Does.StartWith($$"""{"redelivered":{{Events}},"""));
        await UntilAsync(() => Task.FromResult(receiver.Deliveries.Count > Events)); // the first of them is under way
        await Task.Delay(TimeSpan.FromSeconds(2.5)); // until it has been looked twice for more
        var news = await RecordAsync(service.Workspace, "ctc_1", 100);
        await UntilAsync(() => Task.FromResult(receiver.Deliveries.Any(delivery => Encoding.UTF8.GetString(delivery.Body).Contains((string)news["id"]!, StringComparison.Ordinal))));
        await end.CancelAsync();
    }

    [Test]
    public async Task An_entry_that_is_asked_for_again_is_told_of_again_although_an_older_attempt_ends_after_it()
    {
        var (first, held) = (true, new TaskCompletionSource());
        await using var receiver = await Receiver.StartAsync(async http =>
        {
            if (first)
            {
                first = false;
                await held.Task;
            }
        });
        await using var service = await OwnService.StartAsync("redeliver_held");
        var journey = await ActivateAsync(service.Workspace, receiver);
        await RecordAsync(service.Workspace, "ctc_1", 100);
        await UntilAsync(() => Task.FromResult(receiver.Deliveries.Count == 1));
        var entry = (await service.Workspace.GetAsync($"/v1/journeys/{journey["id"]}/entries")).Json["entries"]!.AsArray().Single()!;
        Assert.That((await service.Workspace.PostAsync($"/v1/journeys/{journey["id"]}/entries/{entry["id"]}/redeliver", "")).Status, Is.EqualTo(202));
        held.SetResult();
        await UntilAsync(() => Task.FromResult(receiver.Deliveries.Count == 2));
        await DeliveredAsync(service.Workspace, journey);
    }

    [Test]
    public async Task Each_attempt_is_kept_with_what_became_of_it()
    {
        var calls = 0;
        await using var receiver = await Receiver.StartAsync(async http =>
        {
            await Task.Delay(30);
            http.Response.StatusCode = ++calls == 1 ? 503 : 204;
        });
        await using var service = await OwnService.StartAsync("attempts");
        var journey = await ActivateAsync(service.Workspace, receiver);
        await RecordAsync(service.Workspace, "ctc_1", 100);
        var failing = (await EntriesAsync(service.Workspace, journey, entries => entries is [var one] && (int)one["delivery"]!["attempts"]! == 1)).Single()["delivery"]!;
        var entry = (await DeliveredAsync(service.Workspace, journey)).Single();
        var attempts = (await AttemptsAsync(service.Workspace, entry)).AsArray();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(((int)failing["lastStatus"]!, (string)failing["lastError"]!), Is.EqualTo((503, "status")));
            Assert.That(entry["delivery"]!["lastError"], Is.Null);
            Assert.That(attempts.Select(attempt => ((int)attempt!["status"]!, (string?)attempt["error"])), Is.EqualTo([(204, null), (503, "status")]));
            Assert.That((string)attempts[0]!["at"]!, Is.EqualTo((string)entry["delivery"]!["lastAttemptAt"]!));
            Assert.That(attempts.Select(attempt => (double)attempt!["duration"]!), Is.All.InRange(0.025, 15));
        }
    }

    [TestCase("http://127.0.0.1:1/", "connection")]
    [TestCase("https://127.0.0.1:{port}/", "tls")]
    [TestCase("http://169.254.169.254/", "notPublic")]
    [TestCase("http://receiver.invalid/", "dns")]
    public async Task A_target_that_cannot_be_told_is_told_why(string url, string error)
    {
        await using var receiver = await Receiver.StartAsync();
        await using var service = await OwnService.StartAsync($"why_{error}".ToLowerInvariant());
        var journey = await ActivateAsync(service.Workspace, receiver, activate: false);
        var target = url.Replace("{port}", $"{receiver.Port}", StringComparison.Ordinal);
        await service.ExecuteAsync($"UPDATE journeys SET target_url = '{target}'"); // a name may resolve to what is refused as an address
        await service.Workspace.PostAsync($"/v1/journeys/{journey["id"]}/activate", "");
        await RecordAsync(service.Workspace, "ctc_1", 100);
        var entry = (await EntriesAsync(service.Workspace, journey, entries => entries is [var one] && (int)one["delivery"]!["attempts"]! > 0)).Single();
        var attempt = (await AttemptsAsync(service.Workspace, entry)).AsArray()[^1]!;
        Assert.That(((string)entry["delivery"]!["lastError"]!, (string)attempt["error"]!), Is.EqualTo((error, error)));
        Assert.That(attempt["status"], Is.Null);
    }

    [Test]
    public async Task An_attempt_that_is_written_again_is_kept_once_and_none_of_an_entry_that_is_gone()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var service = await OwnService.StartAsync("written_again");
        var journey = await ActivateAsync(service.Workspace, receiver);
        await RecordAsync(service.Workspace, "ctc_1", 100);
        var entry = (await DeliveredAsync(service.Workspace, journey)).Single();
        var due = new DueEntry(service.Workspace.Tenant, JourneyId.Parse((string)journey["id"]!), JourneyEntryId.Parse((string)entry["id"]!), ContactId.Parse("ctc_1"), Attempts: 0);
        var late = new Attempt(due, DeliveryState.Failed, 1, (DateTimeOffset)entry["enteredAt"]!, null, 500, DeliveryError.Status, TimeSpan.FromSeconds(1));
        var gone = late with { Entry = due with { Id = new JourneyEntryId(Guid.AllBitsSet) } };
        for (var i = 0; i < 2; i++)
        {
            await service.Services.GetRequiredService<IDeliveries>().SaveAsync([late, gone], CancellationToken.None);
        }

        Assert.That((await AttemptsAsync(service.Workspace, entry)).AsArray().Select(attempt => (int)attempt!["status"]!), Is.EqualTo([200, 500]));
        Assert.That(await service.AskAsync<long>("SELECT count(*) FROM journey_attempts"), Is.EqualTo([2L]));
    }

    [Test]
    public async Task No_journey_reacts_to_an_event_that_suppresses_them_alone_or_in_a_batch()
    {
        await using var service = await OwnService.StartAsync("suppressed");
        var journey = await ActivateAsync(service.Workspace);
        const string Moment = """ "eventTypeName":"order.paid","payload":{"total":100} """;
        var silent = (await service.Workspace.RecordAsync("ctc_1", $$"""{ {{Moment}},"suppressJourneys":true}""")).Json;
        var batch = await service.Workspace.PostAsync("/v1/events/batch", $$"""
            {"events":[{"contactId":"ctc_2",{{Moment}},"suppressJourneys":true},{"contactId":"ctc_3",{{Moment}},"suppressJourneys":false},{"contactId":"ctc_1",{{Moment}}}]}
            """);
        var results = batch.Json["results"]!.AsArray();
        var entries = await EntriesAsync(service.Workspace, journey, entries => entries.Count >= 2);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(entries.Select(entry => (string)entry["eventId"]!), Is.EqualTo([(string)results[2]!["id"]!, (string)results[1]!["id"]!]), "A contact that did not enter can.");
            Assert.That((await service.Workspace.GetAsync($"/v1/events/{silent["id"]}")).Text, Is.EqualTo(silent.ToJsonString()));
            Assert.That(silent.AsObject().Select(member => member.Key), Does.Not.Contain("suppressJourneys"));
        }
    }

    [Test]
    public async Task A_tenant_that_is_behind_does_not_react_to_suppressed_events_either()
    {
        await using var service = await OwnService.StartAsync("suppressed_behind");
        var journey = await ActivateAsync(service.Workspace, mode: "everyTime");
        await service.StopAsync();
        await service.ExecuteAsync($"""
            INSERT INTO journey_backlogs (tenant_id, transaction_id, position)
            SELECT '{service.Workspace.Tenant.Value}', transaction_id, position
            FROM   journey_cursor
            """);
        Workspace workspace;
        await using (await AdvisoryLock.TryTakeAsync(service.ConnectionString, "flownally.journeys", default))
        {
            workspace = await service.StartAnotherAsync();
            await workspace.RecordAsync("ctc_1", """{"eventTypeName":"order.paid","payload":{"total":100},"suppressJourneys":true}""");
            await RecordAsync(workspace, "ctc_2", 100);
            await service.ExecuteAsync("UPDATE journey_cursor SET transaction_id = (SELECT max(transaction_id) FROM events), position = (SELECT max(position) FROM events)");
        }

        var entries = await EntriesAsync(workspace, journey, entries => entries.Count > 0);
        Assert.That(entries.Select(entry => (string)entry["contactId"]!), Is.EqualTo(["ctc_2"]));
    }

    [Test]
    public async Task An_attempt_that_was_not_made_leaves_the_last_one_as_it_was()
    {
        await using var receiver = await Receiver.StartAsync();
        await using var service = await OwnService.StartAsync("not_made");
        var journey = await ActivateAsync(service.Workspace, receiver);
        await RecordAsync(service.Workspace, "ctc_1", 100);
        var before = (await DeliveredAsync(service.Workspace, journey)).Single()["delivery"]!;
        await service.ExecuteAsync("DELETE FROM events");
        var entry = (await service.Workspace.GetAsync($"/v1/journeys/{journey["id"]}/entries")).Json["entries"]!.AsArray().Single()!;
        await service.Workspace.PostAsync($"/v1/journeys/{journey["id"]}/entries/{entry["id"]}/redeliver", "");
        JsonNode after;
        do
        {
            await Task.Delay(50);
            after = (await service.Workspace.GetAsync($"/v1/journeys/{journey["id"]}/entries")).Json["entries"]!.AsArray().Single()!["delivery"]!;
        }
        while ((string)after["state"]! == "pending");

        Assert.That(((string)after["state"]!, (int)after["lastStatus"]!, (string)after["lastAttemptAt"]!),
            Is.EqualTo(("failed", (int)before["lastStatus"]!, (string)before["lastAttemptAt"]!)));
        Assert.That((await AttemptsAsync(service.Workspace, entry)).AsArray(), Has.Count.EqualTo(1));
    }

    /// <summary>The value of webhook-signature as Standard Webhooks 1.0 says, in code of the test's own.</summary>
    private static string Signature(Delivery delivery)
    {
        var signed = Encoding.UTF8.GetBytes($"{delivery.Headers["webhook-id"]}.{delivery.Headers["webhook-timestamp"]}.").Concat(delivery.Body).ToArray();
        return "v1," + Convert.ToBase64String(HMACSHA256.HashData(Convert.FromBase64String(Webhooks.Secret["whsec_".Length..]), signed));
    }

    /// <summary>The call in <c>docs/webhooks.md</c>.</summary>
    private static async Task<Delivery> ShownAsync()
    {
        var page = await File.ReadAllLinesAsync(Path.Combine(RunningService.Root.FullName, "docs/webhooks.md"));
        Assert.That(page, Has.Some.Contains(Webhooks.Secret));
        var call = page.SkipWhile(line => line != "```http").Skip(1).TakeWhile(line => line != "```").ToList();
        var headers = new HeaderDictionary();
        foreach (var header in call.Skip(1).TakeWhile(line => line.Length > 0).Select(line => line.Split(": ")))
        {
            headers.Append(header[0], header[1]);
        }

        return new Delivery("POST", call[0].Split(' ')[1], headers, Encoding.UTF8.GetBytes(call[^1]));
    }

    /// <summary>The names of all members but the payload's, in their order.</summary>
    private static IEnumerable<string> MembersOf(JsonNode? node) => node is JsonObject members
        ? members.SelectMany(member => MembersOf(member.Key == "payload" ? null : member.Value).Prepend(member.Key))
        : [];

    private static async Task UntilAsync(Func<Task<bool>> done)
    {
        for (var end = TimeProvider.System.GetUtcNow() + Patience; !await done(); await Task.Delay(20))
        {
            Assert.That(TimeProvider.System.GetUtcNow(), Is.LessThan(end));
        }
    }

    private static async Task<JsonNode> AttemptsAsync(Workspace workspace, JsonNode entry) =>
        (await workspace.GetAsync($"/v1/journeys/{entry["journeyId"]}/entries/{entry["id"]}/attempts")).Json["attempts"]!;

    private static string State(JsonNode entry) => (string)entry["delivery"]!["state"]!;

    private static async Task<JsonNode> ActivateAsync(Workspace workspace, Receiver? receiver = null, string mode = "once", bool activate = true)
    {
        var types = (await workspace.GetAsync("/v1/event-types")).Json["eventTypes"]!.AsArray();
        var type = types.FirstOrDefault(type => (string)type!["name"]! == "order.paid") ?? (await workspace.PostAsync("/v1/event-types", """{"name":"order.paid"}""")).Json;
        var target = receiver is null ? "" : $$""","target":{"url":"{{receiver.Url()}}","secret":"{{Webhooks.Secret}}"}""";
        var journey = (await workspace.PostAsync("/v1/journeys",
            $$"""{"name":"Thanks","entryMode":"{{mode}}","triggerConfig":{"eventTypeId":"{{type["id"]}}","payloadFilter":{{Filter}}}{{target}} }""")).Json;
        return activate ? (await workspace.PostAsync($"/v1/journeys/{journey["id"]}/activate", "")).Json : journey;
    }

    private static async Task<JsonNode> RecordAsync(Workspace workspace, string contact, decimal total)
    {
        var answer = await workspace.RecordAsync(contact, string.Create(System.Globalization.CultureInfo.InvariantCulture, $$"""{"eventTypeName":"order.paid","payload":{"total":{{total}}} }"""));
        Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
        return answer.Json;
    }

    /// <summary>The entries of a journey, newest first, once there are so many and the target was told of each.</summary>
    private static Task<IReadOnlyList<JsonNode>> DeliveredAsync(Workspace workspace, JsonNode journey, int count = 1) =>
        EntriesAsync(workspace, journey, entries => entries.Count == count && entries.All(entry => State(entry) == "delivered"));

    /// <summary>The entries of a journey, newest first, once they are as expected.</summary>
    private static async Task<IReadOnlyList<JsonNode>> EntriesAsync(Workspace workspace, JsonNode journey, Func<IReadOnlyList<JsonNode>, bool> expected)
    {
        var deadline = TimeProvider.System.GetUtcNow() + Patience;
        while (true)
        {
            var answer = await workspace.GetAsync($"/v1/journeys/{journey["id"]}/entries?pageSize=200");
            List<JsonNode> entries = [.. answer.Json["entries"]!.AsArray().Select(entry => entry!)];
            if (expected(entries))
            {
                return entries;
            }

            Assert.That(TimeProvider.System.GetUtcNow(), Is.LessThan(deadline), answer.Text);
            await Task.Delay(50);
        }
    }
}
