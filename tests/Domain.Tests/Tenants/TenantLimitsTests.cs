using Flownally.Domain.Tenants;

namespace Flownally.Domain.Tests.Tenants;

public sealed class TenantLimitsTests
{
    [TestCase("0", false)]
    [TestCase("1", true)]
    [TestCase("1000000", true)]
    [TestCase("1000001", false)]
    [TestCase("none", true)]
    [TestCase("default", true)]
    [TestCase("-1", false)]
    [TestCase("many", false)]
    [TestCase("", false)]
    [TestCase(null, false)]
    public void A_limit_is_a_number_none_or_default(string? text, bool valid) =>
        Assert.That(LimitSetting.TryParse(text, null, out _), Is.EqualTo(valid));

    [Test]
    public void None_lifts_a_limit_and_others_stay()
    {
        var limits = Limits((TenantLimit.Journeys, 10), (TenantLimit.Streams, 5)).With(Values((TenantLimit.Streams, null), (TenantLimit.EventTypes, 3)));
        Assert.That((limits[TenantLimit.Journeys], limits[TenantLimit.Streams], limits[TenantLimit.EventTypes]), Is.EqualTo((10, (int?)null, 3)));
    }

    [TestCase(10, null, 10)]
    [TestCase(10, 25, 25)]
    [TestCase(null, 25, null)]
    public void A_burst_is_one_second_where_it_is_not_set_and_means_nothing_without_a_rate(int? rate, int? burst, int? expected) =>
        Assert.That(Limits((TenantLimit.CallsPerSecond, rate), (TenantLimit.CallsBurst, burst)).Calls?.Burst, Is.EqualTo(expected));

    [TestCase(10, 9, 1)]
    [TestCase(10, 10, 1)]
    [TestCase(10, 11, 2)]
    public void The_window_of_a_rate_is_whole_seconds(int rate, int burst, int window) => Assert.That(new RateLimit(rate, burst).Window, Is.EqualTo(window));

    [TestCase(TenantLimit.Streams, true)]
    [TestCase(TenantLimit.EventsPerSecond, true)]
    [TestCase(TenantLimit.Journeys, false)]
    public void Only_limits_that_are_no_number_are_of_calls(TenantLimit limit, bool ofCalls) => Assert.That(Limits((limit, 1)).HasCallLimits, Is.EqualTo(ofCalls));

    [Test]
    public void Each_limit_is_found_by_its_name([Values] TenantLimit limit)
    {
        Assert.That(TenantLimitNames.TryParse(limit.Name(), out var found));
        Assert.That(found, Is.EqualTo(limit));
    }

    private static TenantLimits Limits(params (TenantLimit Limit, int? Value)[] values) => new(Values(values));

    private static Dictionary<TenantLimit, int?> Values(params (TenantLimit Limit, int? Value)[] values) =>
        values.ToDictionary(value => value.Limit, value => value.Value);
}
