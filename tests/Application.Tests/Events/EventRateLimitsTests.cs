using Flownally.Application.Events;
using Flownally.Application.Limits;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Tests.Events;

public sealed class EventRateLimitsTests
{
    [TestCase(9, 9)]
    [TestCase(10, 10)]
    [TestCase(11, 10)]
    public void As_many_pass_as_there_is_room_for(int events, int passing)
    {
        using var rates = new EventRateLimits();
        Assert.That(rates.Admit(Limited(perSecond: 1, burst: 10), events, out var refusal), Is.EqualTo(passing));
        Assert.That(refusal, events == passing ? Is.Null : Is.TypeOf<RateLimited>());
    }

    [Test]
    public void A_refusal_tells_after_how_long_an_event_will_pass()
    {
        using var rates = new EventRateLimits();
        rates.Admit(Limited(perSecond: 1, burst: 1), 2, out var refusal);
        Assert.That(refusal!.RetryAfter, Is.EqualTo(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public void Room_comes_back_with_time()
    {
        using var rates = new EventRateLimits();
        var caller = Limited(perSecond: 100, burst: 10);
        rates.Admit(caller, 10, out _);
        Assert.That(() => rates.Available(caller), Is.EqualTo(10).After(5_000, 20));
    }

    [Test]
    public void Another_limit_begins_anew()
    {
        using var rates = new EventRateLimits();
        rates.Admit(Limited(perSecond: 1, burst: 1), 1, out _);
        Assert.That(rates.Admit(Limited(perSecond: 1, burst: 2), 2, out _), Is.EqualTo(2));
    }

    [Test]
    public void Nothing_is_refused_without_a_limit()
    {
        using var rates = new EventRateLimits();
        Assert.That(rates.Admit(Callers.WithKey, 1_000_000, out var refusal), Is.EqualTo(1_000_000));
        Assert.That((refusal, rates.Available(Callers.WithKey)), Is.EqualTo(((RateLimited?)null, (long?)null)));
    }

    private static Caller Limited(int perSecond, int burst) => Callers.Of(Role.Owner, Scopes.All,
        new TenantLimits(new Dictionary<TenantLimit, int?> { [TenantLimit.EventsPerSecond] = perSecond, [TenantLimit.EventsBurst] = burst }));
}
