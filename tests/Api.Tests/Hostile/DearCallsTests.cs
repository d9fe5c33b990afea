using Flownally.Load.Hostile;

namespace Flownally.Api.Tests.Hostile;

/// <summary>
/// The short run of <c>./bench hostile</c>. Its bounds are twice the aims and more, because other programs of the machine take their share; the
/// long run tells the figures.
/// </summary>
[NonParallelizable]
public sealed class DearCallsTests
{
    private static readonly HostilePlan Plan = new(Search: TimeSpan.FromSeconds(12), Siege: TimeSpan.FromSeconds(8), Rest: TimeSpan.FromSeconds(5),
        Callers: 16, Seed: Random.Shared.Next());

    [Test]
    public async Task Whatever_one_tenant_sends_no_call_is_dear_and_nobody_else_is_harmed()
    {
        var report = await HostileRun.RunAsync(Plan, TestContext.Progress.WriteLine);
        await TestContext.Out.WriteLineAsync($"{report}");
        using (Assert.EnterMultipleScope())
        {
            Assert.That(report.Failures, Is.Empty);
            Assert.That(report.LargeRefusals, Is.Empty);
            Assert.That(report.Dearest.Cpu, Is.LessThan(2), "seconds of CPU");
            Assert.That(report.PeakMemory, Is.LessThan(900), "MB");
            Assert.That(report.BystanderFailures, Is.Zero);
            Assert.That(report.P50, Is.LessThan(50), "ms");
            Assert.That(report.Costs.Select(cost => cost.Status), Is.SupersetOf([201, 422]), "Else the calls were too wrong to be a test.");
            Assert.That(report.SiegeCalls, Is.Positive);
        }
    }
}
