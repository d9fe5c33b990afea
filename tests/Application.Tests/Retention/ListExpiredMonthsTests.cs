using Flownally.Application.Retention;
using Moq;

namespace Flownally.Application.Tests.Retention;

public sealed class ListExpiredMonthsTests
{
    [Test]
    public async Task Months_are_listed_and_none_is_dropped()
    {
        ExpiredMonth[] months = [new("2026-01", 5), new("2026-02", 0)];
        var retention = new Mock<IRetention>(MockBehavior.Strict);
        retention.Setup(r => r.ListAsync(default)).ReturnsAsync(months);
        Assert.That(await new ListExpiredMonthsHandler(retention.Object).Handle(new ListExpiredMonths(), default), Is.EqualTo(months));
    }
}
