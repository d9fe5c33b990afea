using Flownally.Domain.Journeys;
using Flownally.Infrastructure.Journeys;
using Flownally.Infrastructure.Webhooks;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Tests.Journeys;

public sealed class TargetGateTests
{
    [TestCase("http://93.184.215.14", true, true)]
    [TestCase("http://127.0.0.1", false, true)]
    [TestCase("http://127.0.0.1./", false, true)]
    [TestCase("http://[::1]:8080", false, true)]
    [TestCase("http://[fe80::1%25eth0]/", false, false, Description = "link-local")]
    [TestCase("http://169.254.169.254/latest/meta-data", false, false)]
    [TestCase("http://168.63.129.16", false, false, Description = "public, but of Azure")]
    [TestCase("http://[::ffff:169.254.169.254]", false, false)]
    [TestCase("http://localhost", false, true)]
    [TestCase("http://LOCALHOST:8080/", false, true)]
    [TestCase("http://localhost./", false, true)]
    [TestCase("http://receiver.localhost/", false, true)]
    [TestCase("http://mylocalhost/", true, true)]
    [TestCase("http://localhost.example/", true, true)]
    public void Addresses_are_judged_at_once_and_so_is_localhost_and_other_names_when_they_are_called(string url, bool ordinarily, bool withPrivateTargets)
    {
        Assert.That(Gate(false).Allows(TargetUrl.Parse(url)), Is.EqualTo(ordinarily));
        Assert.That(Gate(true).Allows(TargetUrl.Parse(url)), Is.EqualTo(withPrivateTargets));
    }

    [TestCase("10.1.0.0", true)]
    [TestCase("10.1.255.255", true)]
    [TestCase("10.0.255.255", false)]
    [TestCase("10.2.0.0", false)]
    [TestCase("[::ffff:10.1.0.0]", true)]
    [TestCase("[fd12:3456::1]", true)]
    [TestCase("[fd12:3457::1]", false)]
    [TestCase("169.254.0.1", false)]
    [TestCase("93.184.215.14", true)]
    [TestCase("localhost", false)]
    public void Networks_can_be_allowed_besides_public_ones(string host, bool expected) => Assert.That(
        Gate(new JourneyOptions { AllowedNetworks = ["10.1.0.0/16", "fd12:3456::/32", "169.254.0.0/16"] }).Allows(TargetUrl.Parse($"http://{host}")),
        Is.EqualTo(expected));

    [TestCase("http://receiver.test", false)]
    [TestCase("https://receiver.test", true)]
    [TestCase("http://receiver.test:8443", true)]
    [TestCase("http://receiver.test:8444", false)]
    [TestCase("https://93.184.215.14", true)]
    [TestCase("https://93.184.215.14:22", false)]
    public void Ports_can_be_narrowed_for_names_too(string url, bool expected) =>
        Assert.That(Gate(new JourneyOptions { AllowedPorts = ["443", "8443"] }).Allows(TargetUrl.Parse(url)), Is.EqualTo(expected));

    private static TargetGate Gate(JourneyOptions options) => new(Options.Create(options));

    private static TargetGate Gate(bool allowPrivate) => Gate(new JourneyOptions { AllowPrivateTargets = allowPrivate });
}
