using System.Diagnostics;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.Tests.Http.Authentication;

/// <summary>On a service of their own: all tests call from one address.</summary>
public sealed class FailedAuthenticationsTests
{
    private const string Path = "/v1/events";

    [Test]
    public async Task A_flood_of_calls_without_a_valid_key_is_refused_and_a_valid_key_from_the_same_address_is_not()
    {
        await using var service = await OwnService.StartAsync("failed_authentications");
        var workspace = service.Workspace;
        var answers = await Task.WhenAll(Enumerable.Range(0, 400).Select(_ => workspace.WithKey("nothing").GetAsync(Path)));
        var limited = answers.Where(answer => answer.Status != 401).ToList();
        Assert.That(limited, Has.Count.InRange(100, 300));
        limited[0].AssertRefused(429, "rateLimited");
        Assert.That(limited[0].Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
        Assert.That((await workspace.GetAsync(Path)).Status, Is.EqualTo(200));

        var neverUsed = await service.NewWorkspaceAsync();
        Assert.That((await neverUsed.GetAsync(Path)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task A_flood_of_unknown_keys_leaves_sessions_to_those_that_are_known()
    {
        await using var service = await OwnService.StartAsync("unknown_keys");
        var workspace = service.Workspace;
        Assert.That((await workspace.GetAsync(Path)).Status, Is.EqualTo(200));
        using var end = new CancellationTokenSource();
        var flood = Task.WhenAll(Enumerable.Range(0, 50).Select(_ => FloodAsync(workspace, end.Token)));
        var sessions = new List<long>();
        for (var i = 0; i < 20; i++)
        {
            var start = Stopwatch.GetTimestamp();
            Assert.That((await workspace.GetAsync(Path)).Status, Is.EqualTo(200));
            Assert.That(Stopwatch.GetElapsedTime(start), Is.LessThan(TimeSpan.FromSeconds(5)));
            sessions.AddRange(await service.AskAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND query LIKE '%secret_hash%' AND state = 'active'"));
        }

        Assert.That((await (await service.NewWorkspaceAsync()).GetAsync(Path)).Status, Is.EqualTo(200));
        await end.CancelAsync();
        await flood;
        Assert.That(sessions, Is.All.LessThanOrEqualTo(2 + 1)); // half of the places, and the question itself
    }

    private static async Task FloodAsync(Workspace workspace, CancellationToken end)
    {
        while (!end.IsCancellationRequested)
        {
            Assert.That((await workspace.WithKey(ApiKeySecret.Generate().Reveal()).GetAsync(Path)).Status, Is.AnyOf(401, 429));
        }
    }
}
