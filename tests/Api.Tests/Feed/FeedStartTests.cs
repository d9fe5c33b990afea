using Npgsql;

namespace Flownally.Api.Tests.Feed;

/// <summary>Where a reader of the feed begins who has no cursor yet.</summary>
public sealed class FeedStartTests
{
    [Test]
    public async Task Latest_begins_behind_what_can_be_read()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.RecordedAsync("ctc_1");
        await ReadAllAsync(workspace, "");
        var page = (await workspace.GetAsync("/v1/events/feed?cursor=latest")).Json;
        Assert.That(page["events"]!.AsArray(), Is.Empty);
        var recorded = await workspace.RecordedAsync("ctc_2");
        Assert.That(await ReadAllAsync(workspace, $"?cursor={page["nextCursor"]}"), Is.EqualTo([(string)recorded["id"]!]));
    }

    [Test]
    public async Task A_time_misses_no_event_that_was_created_then_or_later()
    {
        var workspace = await Service.NewWorkspaceAsync();
        List<(string Id, string CreatedAt)> recorded = [];
        for (var i = 0; i < 5; i++)
        {
            var e = await workspace.RecordedAsync($"ctc_{i}");
            recorded.Add(((string)e["id"]!, (string)e["createdAt"]!));
        }

        await ReadAllAsync(workspace, "");
        for (var i = 0; i < recorded.Count; i++)
        {
            var events = await ReadAllAsync(workspace, $"?startAt={recorded[i].CreatedAt}");
            Assert.That(events, Is.EqualTo(recorded.Skip(i).Select(e => e.Id)));
        }

        Assert.That(await ReadAllAsync(workspace, "?startAt=0001-01-01T00:00:00Z"), Is.EqualTo(recorded.Select(e => e.Id)));
        Assert.That(await ReadAllAsync(workspace, "?startAt=9999-12-31T23:59:59Z"), Is.Empty);
    }

    [Test]
    public async Task An_event_that_cannot_be_read_yet_comes_after_its_time_all_the_same()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await using var database = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var connection = await database.OpenConnectionAsync();
        await using var older = await connection.BeginTransactionAsync();
        await using (var command = new NpgsqlCommand("SELECT pg_current_xact_id()", connection, older))
        {
            await command.ExecuteScalarAsync();
        }

        var recorded = await workspace.RecordedAsync("ctc_1");
        var page = (await workspace.GetAsync($"/v1/events/feed?startAt={recorded["createdAt"]}")).Json;
        Assert.That(page["events"]!.AsArray(), Is.Empty);
        await older.CommitAsync();
        Assert.That(await ReadAllAsync(workspace, $"?cursor={page["nextCursor"]}"), Is.EqualTo([(string)recorded["id"]!]));
    }

    [Test]
    public async Task A_cursor_goes_before_a_time()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var first = await workspace.RecordedAsync("ctc_1");
        await ReadAllAsync(workspace, "");
        var cursor = (string)(await workspace.GetAsync("/v1/events/feed?pageSize=1")).Json["nextCursor"]!;
        var second = await workspace.RecordedAsync("ctc_1");
        Assert.That(await ReadAllAsync(workspace, $"?cursor={cursor}&startAt={first["createdAt"]}"), Is.EqualTo([(string)second["id"]!]));
        (await workspace.GetAsync("/v1/events/feed?startAt=now")).AssertRefused(400, "parameterInvalid", "startAt");
    }

    /// <summary>Reads on until two pages in turn have waited for nothing.</summary>
    private static async Task<IReadOnlyList<string>> ReadAllAsync(Workspace workspace, string query)
    {
        List<string> ids = [];
        for (var empty = 0; empty < 2;)
        {
            var page = (await workspace.GetAsync($"/v1/events/feed{query}{(query.Length == 0 ? "?" : "&")}wait={(ids.Count == 0 && empty == 0 ? 2 : 0)}")).Json;
            var events = page["events"]!.AsArray();
            ids.AddRange(events.Select(e => (string)e!["id"]!));
            empty = events.Count == 0 ? empty + 1 : 0;
            query = $"?cursor={page["nextCursor"]}";
        }

        return ids;
    }
}
