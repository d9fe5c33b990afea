using Flownally.Api.Http.Limits;
using Flownally.Application.Limits;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Tests.Http.Limits;

public sealed class LimitSettingsTests
{
    [Test]
    public void Without_settings_only_numbers_and_failed_authentications_are_limited()
    {
        var options = Read();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.Tenants.HasCallLimits, Is.False);
            Assert.That((options.Tenants[TenantLimit.EventTypes], options.Tenants[TenantLimit.Journeys], options.Tenants[TenantLimit.ActiveJourneysPerType]),
                Is.EqualTo((1_000, 10_000, 200)));
            Assert.That(options.FailedAuthentications, Is.EqualTo(new RateLimit(20, 100)));
        }
    }

    [Test]
    public void Settings_change_and_lift_limits()
    {
        var options = Read(("EventsPerSecond", "50"), ("Journeys", "none"), ("EventTypes", "default"), ("FailedAuthenticationsBurst", "7"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(options.Tenants.Events, Is.EqualTo(new RateLimit(50, 50)));
            Assert.That((options.Tenants[TenantLimit.Journeys], options.Tenants[TenantLimit.EventTypes]), Is.EqualTo(((int?)null, 1_000)));
            Assert.That(options.FailedAuthentications, Is.EqualTo(new RateLimit(20, 7)));
            Assert.That(Read(("FailedAuthenticationsPerSecond", "none")).FailedAuthentications, Is.Null);
        }
    }

    [TestCase("Streams", "0")]
    [TestCase("Streams", "some")]
    [TestCase("EventsPerSecnd", "50")]
    public void A_setting_that_means_nothing_is_refused(string name, string value) =>
        Assert.That(() => Read((name, value)), Throws.InstanceOf<OptionsValidationException>().With.Message.Contains(name));

    private static LimitOptions Read(params (string Name, string Value)[] settings)
    {
        var options = new LimitOptions();
        LimitSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Name, (string?)setting.Value))).Build(), options);
        return options;
    }
}
