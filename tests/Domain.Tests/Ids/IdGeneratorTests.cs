using Flownally.Domain.Ids;
using Microsoft.Extensions.Time.Testing;

namespace Flownally.Domain.Tests.Ids;

public sealed class IdGeneratorTests
{
    private readonly FakeTimeProvider _clock = new(new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero));

    [TestCase(0, true)]
    [TestCase(9_999, true)]
    [TestCase(10_000, true)]
    [TestCase(10_001, false)]
    public void Ids_ascend_while_the_clock_goes_back_by_ten_seconds_at_most(int milliseconds, bool ascends)
    {
        var ids = new IdGenerator(_clock);
        var before = ids.Next();
        SetBack(TimeSpan.FromMilliseconds(milliseconds));
        Assert.That(IsAfter(before, ids.Next()), Is.EqualTo(ascends));
    }

    [Test]
    public void After_a_clock_that_was_far_ahead_ids_follow_the_clock_and_ascend()
    {
        var ids = new IdGenerator(_clock);
        var now = _clock.GetUtcNow();
        _clock.AdjustTime(now + TimeSpan.FromDays(150));
        ids.Next();
        _clock.AdjustTime(now);
        var (first, second) = (ids.Next(), ids.Next());
        Assert.That((IdGenerator.TimeOf(first), IdGenerator.TimeOf(second)), Is.EqualTo((now, now)));
        Assert.That(IsAfter(first, second));
    }

    [TestCase(1)]
    [TestCase(150)]
    public void Ids_follow_the_one_that_they_are_to_follow_however_far_it_lies_ahead(int days)
    {
        var ahead = new FakeTimeProvider(_clock.GetUtcNow() + TimeSpan.FromDays(days));
        var last = new IdGenerator(ahead).Next();
        var ids = new IdGenerator(_clock, last);
        var (first, second) = (ids.Next(), ids.Next());
        SetBack(TimeSpan.FromHours(1));
        Assert.That(IsAfter(last, first) && IsAfter(first, second) && IsAfter(second, ids.Next()));
    }

    private void SetBack(TimeSpan step) => _clock.AdjustTime(_clock.GetUtcNow() - step);

    private static bool IsAfter(Guid before, Guid after) => string.CompareOrdinal(IdText.Format("", before), IdText.Format("", after)) < 0;
}
