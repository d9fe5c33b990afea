using Flownally.Load.Failover;

namespace Flownally.Api.Tests.Failover;

/// <summary>The short runs of <c>./bench failover</c>.</summary>
public sealed class FailoverTests
{
    [Test]
    public async Task Where_commits_wait_for_the_standby_a_failover_loses_nothing() =>
        await RunAsync([.. FailoverPlan.WithoutLoss, .. await FailoverRun.CutOffAsync()], rounds: 1, synchronous: true);

    [Test]
    public async Task Whatever_a_failover_leaves_is_seen_by_every_reader_once()
    {
        var report = await RunAsync(FailoverPlan.WithLoss, rounds: 1, synchronous: false);
        Assert.That(report.Lost, Is.Positive, "Nothing was lost, so no reader stood ahead of what was recorded next.");
    }

    private static async Task<FailoverReport> RunAsync(IReadOnlyList<FailoverBlow> blows, int rounds, bool synchronous)
    {
        if (!await Pair.IsPossibleAsync())
        {
            Assert.Ignore("pg_basebackup or pg_rewind is missing. On Debian: apt-get install postgresql");
        }

        var report = await FailoverRun.RunAsync(
            new FailoverPlan(blows, rounds, synchronous, Clients: 8, Processes: 2, GroupCommit: true, Random.Shared.Next()), TestContext.Progress.WriteLine);
        await TestContext.Out.WriteLineAsync($"{report}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Violations, Is.Empty);
            Assert.That(report.Failovers, Has.Count.EqualTo(rounds * blows.Count));
            Assert.That(report.Outcome.Readings.Select(reading => reading.Sightings.Count), Has.All.Positive);
            Assert.That(report.Outcome.Journeys.Switches, Is.Not.Empty, "No journey was changed.");
            Assert.That(report.Outcome.Entered.Entries, Is.Not.Empty, "No journey reacted.");
        }

        return report;
    }
}
