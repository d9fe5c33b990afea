using Flownally.Application.Retention;
using Moq;

namespace Flownally.Application.Tests.Retention;

public sealed class ApplyRetentionTests
{
    private readonly Mock<IRetention> _retention = new(MockBehavior.Strict);

    [Test]
    public async Task The_outcome_says_which_months_were_dropped()
    {
        var outcome = new RetentionOutcome(["2026-01"], Keys: 3, Obstacle: null);
        _retention.Setup(r => r.ApplyAsync(default)).ReturnsAsync(outcome);
        Assert.That(await new ApplyRetentionHandler(_retention.Object).Handle(new ApplyRetention(), default), Is.SameAs(outcome));
    }

    [Test]
    public async Task There_is_no_outcome_while_another_process_applies_the_retention()
    {
        _retention.Setup(r => r.ApplyAsync(default)).ReturnsAsync((RetentionOutcome?)null);
        Assert.That(await new ApplyRetentionHandler(_retention.Object).Handle(new ApplyRetention(), default), Is.Null);
    }
}
