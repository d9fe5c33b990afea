using Flownally.Api.Tests.Feed;
using Npgsql;

namespace Flownally.Api.Tests.Postgres;

/// <summary>The feed goes on where transactions are counted anew, while the service runs.</summary>
public sealed class FeedClockTests
{
    [Test]
    public async Task A_jump_under_a_running_service_loses_nothing_and_keeps_the_order()
    {
        await using var service = await OwnService.StartAsync("jump");
        List<string> recorded = [];
        for (var i = 0; i < 3; i++)
        {
            recorded.Add((string)(await service.Workspace.RecordedAsync("ctc_1"))["id"]!);
            await service.ExecuteAsync("SELECT move_feed_clock()");
        }

        recorded.Add((string)(await service.Workspace.RecordedAsync("ctc_1"))["id"]!);
        Assert.That((await service.Workspace.ReadFeedAsync(4)).Events.Ids(), Is.EqualTo(recorded));
    }

    [Test]
    public async Task What_another_server_gave_out_lies_before_all_that_is_recorded_after_it_was_restored_under_a_running_service()
    {
        await using var service = await OwnService.StartAsync("swap");
        var first = (string)(await service.Workspace.RecordedAsync("ctc_1"))["id"]!;
        await service.ExecuteAsync("""
            UPDATE events SET transaction_id = 4000000000000;
            UPDATE feed_clock SET system_id = 1, generation = gen_random_uuid(), transaction_offset = 3000000000000
            """);
        var second = (string)(await service.Workspace.RecordedAsync("ctc_1"))["id"]!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await service.Workspace.ReadFeedAsync(2)).Events.Ids(), Is.EqualTo([first, second]));
            Assert.That(await service.AskAsync<long>("SELECT min(transaction_id) FROM events WHERE transaction_id <> 4000000000000"), Has.All.GreaterThan(4_000_000_000_000));
        }
    }

    [Test]
    public async Task A_jump_waits_for_who_writes_so_that_nothing_slots_in_behind_the_horizon()
    {
        await using var service = await OwnService.StartAsync("wait");
        await using var writer = new NpgsqlConnection(service.ConnectionString);
        await writer.OpenAsync();
        await ExecuteAsync(writer, "SELECT verify_feed_clock()");
        await using var transaction = await writer.BeginTransactionAsync();
        await ExecuteAsync(writer, "SELECT pg_current_xact_id(), hold_feed_offset()");
        var jump = service.ExecuteAsync("SELECT move_feed_clock()");
        var late = service.Workspace.RecordedAsync("ctc_1"); // waits its turn behind the jump, and is recorded after it
        await Task.Delay(300);
        Assert.That(jump.IsCompleted, Is.False);
        await transaction.CommitAsync();
        await jump;
        var id = (string)(await late)["id"]!;
        Assert.That((await service.Workspace.ReadFeedAsync(1)).Events.Ids(), Is.EqualTo([id]));
        Assert.That(await service.AskAsync<bool>("SELECT e.transaction_id > c.highest - 2 FROM events e, feed_clock c"), Is.EqualTo([true]), "It has a place after the jump.");

        static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
        {
            await using var command = new NpgsqlCommand(sql, connection);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Test]
    public async Task A_cursor_that_lies_ahead_has_expired_and_the_answer_says_so()
    {
        await using var service = await OwnService.StartAsync("ahead");
        var ahead = await FeedReading.CursorAsync(new(long.MaxValue / 2, 1), service.ConnectionString);
        var answer = await service.Workspace.GetAsync($"{FeedReading.Path}?cursor={ahead}");
        answer.AssertRefused(410, "cursorExpired");
        Assert.That((string)answer.Json["detail"]!, Does.StartWith("The cursor lies ahead of the feed"));
    }
}
