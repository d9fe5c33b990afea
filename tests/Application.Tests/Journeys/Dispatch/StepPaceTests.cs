using Flownally.Application.Journeys.Dispatch;
using Microsoft.Extensions.Time.Testing;

namespace Flownally.Application.Tests.Journeys.Dispatch;

public sealed class StepPaceTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    private readonly FakeTimeProvider _clock = new();

    [TestCase(1, 20)]
    [TestCase(800, 20)]
    [TestCase(5_000, 125)]
    [TestCase(10_000, 250)]
    [TestCase(100_000, 250)]
    public void A_rest_is_in_proportion_to_what_is_recorded_in_a_second(int events, int milliseconds)
    {
        var pace = new StepPace(_clock);
        _clock.Advance(Second);
        pace.Add(events, more: false);
        Assert.That(pace.Pause, Is.EqualTo(TimeSpan.FromMilliseconds(milliseconds)));
    }

    [Test]
    public void Steps_that_follow_at_once_count_together()
    {
        var pace = new StepPace(_clock);
        pace.Add(3_000, more: true);
        Assert.That(pace.Pause, Is.EqualTo(StepPace.Shortest));
        _clock.Advance(Second);
        pace.Add(2_000, more: false);
        Assert.That(pace.Pause, Is.EqualTo(StepPace.Longest / 2));
    }

    [Test]
    public void Where_no_events_are_found_the_rest_doubles_up_to_the_longest()
    {
        var pace = new StepPace(_clock);
        List<double> rests = [];
        for (var i = 0; i < 5; i++)
        {
            pace.Add(0, more: false);
            rests.Add(pace.Pause.TotalMilliseconds);
        }

        Assert.That(rests, Is.EqualTo([40, 80, 160, 250, 250]));
    }
}
