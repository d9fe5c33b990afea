namespace Flownally.Domain.Tests;

public sealed class Rfc3339Tests
{
    [TestCase("2016-12-31T23:59:59Z", "2016-12-31T23:59:59Z")]
    [TestCase("2016-12-31T23:59:60Z", "2017-01-01T00:00:00Z")]
    [TestCase("1990-12-31T15:59:60.25-08:00", "1991-01-01T00:00:00.25Z")]
    [TestCase("2017-01-01t05:29:60+05:30", "2017-01-01T00:00:00Z")]
    public void A_leap_second_is_the_second_after_it(string text, string instant)
    {
        Assert.That(Rfc3339.TryParse(text, out var time), Is.True);
        Assert.That(time, Is.EqualTo(DateTimeOffset.Parse(instant, System.Globalization.CultureInfo.InvariantCulture)));
    }

    [TestCase("2016-12-31T23:59:61Z")]
    [TestCase("2016-12-31T23:58:60Z")]
    [TestCase("2016-12-31T23:59:60+01:00")]
    [TestCase("9999-12-31T23:59:60Z")]
    public void A_second_60_elsewhere_is_refused(string text) => Assert.That(Rfc3339.TryParse(text, out _), Is.False);
}
