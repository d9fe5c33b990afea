using Flownally.Load.Crash;

namespace Flownally.Api.Tests.Crash;

/// <summary>The short run of <c>./bench crash</c>.</summary>
public sealed class CrashTests
{
    private const int Rounds = 2;

    [TestCase(true)]
    [TestCase(false)]
    public async Task Whatever_is_killed_what_was_promised_holds(bool groupCommit)
    {
        var report = await CrashRun.RunAsync(new CrashPlan(Rounds, Clients: 8, Processes: 2, groupCommit, Random.Shared.Next()), TestContext.Progress.WriteLine);
        await TestContext.Out.WriteLineAsync($"{report}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Violations, Is.Empty);
            Assert.That(report.Outcome.InDoubt, Is.Positive, "Nothing was interrupted, so nothing was tried.");
            // One in ten asks once only; how many attempts the others need depends on how long PostgreSQL is away.
            Assert.That(report.Outcome.Acknowledged, Is.GreaterThan(0.8 * report.Outcome.Requests), "Who insists gets through.");
            Assert.That(report.Outcome.Readings.Select(reading => reading.Sightings.Count), Has.All.Positive);
            Assert.That(report.Outcome.Readings.Sum(reading => reading.Interruptions), Is.Positive, "No reader was interrupted.");
            Assert.That(report.Outcome.Journeys.Switches, Is.Not.Empty, "No journey was changed.");
            Assert.That(report.Outcome.Entered.Entries, Is.Not.Empty, "No journey reacted.");
        }
    }
}
