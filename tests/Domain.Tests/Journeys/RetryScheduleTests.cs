using Flownally.Domain.Journeys;

namespace Flownally.Domain.Tests.Journeys;

public sealed class RetryScheduleTests
{
    private const double NoJitter = 0.5;

    private static readonly TimeSpan FiveSeconds = TimeSpan.FromSeconds(5);

    [Test]
    public void The_last_attempt_is_about_a_day_after_the_first()
    {
        var whole = Enumerable.Range(1, RetrySchedule.MaxAttempts - 1)
            .Aggregate(TimeSpan.Zero, (sum, attempts) => sum + RetrySchedule.After(attempts, NoJitter)!.Value);
        Assert.That(whole, Is.EqualTo(TimeSpan.FromHours(24)).Within(TimeSpan.FromMinutes(30)));
    }

    [TestCase(10, true)]
    [TestCase(11, false)]
    [TestCase(12, false)]
    public void There_are_11_attempts(int attempts, bool another) =>
        Assert.That(RetrySchedule.After(attempts, NoJitter).HasValue, Is.EqualTo(another));

    [Test]
    public void Waits_grow()
    {
        var waits = Enumerable.Range(1, RetrySchedule.MaxAttempts - 1).Select(attempts => RetrySchedule.After(attempts, NoJitter)!.Value).ToList();
        Assert.That(waits, Is.Ordered);
        Assert.That((waits[0], waits[^1]), Is.EqualTo((FiveSeconds, TimeSpan.FromHours(8))));
    }

    [TestCase(0.0, 4.0)]
    [TestCase(0.5, 5.0)]
    [TestCase(1.0, 6.0)]
    public void Waits_vary_by_a_fifth_both_ways(double random, double seconds) =>
        Assert.That(RetrySchedule.After(1, random), Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [TestCase(-1.0, 0.5, 5.0)]
    [TestCase(4.0, 0.5, 5.0)]
    [TestCase(60.0, 0.0, 60.0)]
    [TestCase(60.0, 1.0, 72.0)]
    [TestCase(86_400.0, 0.0, 86_400.0)]
    [TestCase(86_401.0, 0.0, 86_400.0)]
    [TestCase(1e9, 1.0, 103_680.0)]
    public void A_receiver_that_asks_for_time_gets_it_for_a_day_at_most(double asked, double random, double seconds) =>
        Assert.That(RetrySchedule.After(1, random, TimeSpan.FromSeconds(asked)), Is.EqualTo(TimeSpan.FromSeconds(seconds)));

    [Test]
    public void Asking_for_time_gives_no_further_attempt() =>
        Assert.That(RetrySchedule.After(RetrySchedule.MaxAttempts, NoJitter, FiveSeconds), Is.Null);

    [TestCase(0, 0.5)]
    [TestCase(1, -0.01)]
    [TestCase(1, 1.01)]
    [TestCase(1, double.NaN)]
    public void What_cannot_be_is_a_bug(int attempts, double random) =>
        Assert.That(() => RetrySchedule.After(attempts, random), Throws.TypeOf<ArgumentOutOfRangeException>());
}
