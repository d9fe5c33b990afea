using Flownally.Domain.Journeys;
using Flownally.Infrastructure.Journeys;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Tests.Journeys;

public sealed class TargetGateTests
{
    [TestCase("http://93.184.215.14", true, true)]
    [TestCase("http://127.0.0.1", false, true)]
    [TestCase("http://[::1]:8080", false, true)]
    [TestCase("http://[fe80::1%25eth0]/", false, true)]
    [TestCase("http://localhost", true, true)]
    public void Addresses_are_judged_at_once_and_names_when_they_are_called(string url, bool ordinarily, bool withPrivateTargets)
    {
        Assert.That(Gate(false).Allows(TargetUrl.Parse(url)), Is.EqualTo(ordinarily));
        Assert.That(Gate(true).Allows(TargetUrl.Parse(url)), Is.EqualTo(withPrivateTargets));
    }

    private static TargetGate Gate(bool allowPrivate) => new(Options.Create(new JourneyOptions { AllowPrivateTargets = allowPrivate }));
}
