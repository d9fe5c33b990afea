using System.Net;
using Flownally.Infrastructure.Journeys;
using Flownally.Infrastructure.Webhooks;

namespace Flownally.Api.Tests.Journeys;

public sealed class ForbiddenAddressesTests
{
    [TestCase("169.253.255.255", false)]
    [TestCase("169.254.0.0", true)]
    [TestCase("169.254.255.255", true)]
    [TestCase("169.255.0.0", false)]
    [TestCase("168.63.129.15", false)]
    [TestCase("168.63.129.16", true)]
    [TestCase("168.63.129.17", false)]
    [TestCase("100.100.100.199", false)]
    [TestCase("100.100.100.200", true)]
    [TestCase("100.100.100.201", false)]
    [TestCase("192.0.0.192", true)]
    [TestCase("fe7f:ffff::1", false)]
    [TestCase("fe80::1", true)]
    [TestCase("fe80::1%1", true)]
    [TestCase("febf:ffff::1", true)]
    [TestCase("fec0::1", false)]
    [TestCase("fd00:ec2::254", true)]
    [TestCase("fd00:ec1::254", false)]
    [TestCase("fd20:ce::254", true)]
    [TestCase("::ffff:169.254.169.254", true, Description = "mapped")]
    [TestCase("::ffff:127.0.0.1", false)]
    [TestCase("::169.254.169.254", true, Description = "compatible")]
    [TestCase("::1", false)]
    [TestCase("64:ff9b::a9fe:a9fe", true, Description = "NAT64")]
    [TestCase("64:ff9b::a83f:8110", true)]
    [TestCase("64:ff9b::7f00:1", false)]
    [TestCase("64:ff9b:1::1", true, Description = "NAT64 of one's own")]
    [TestCase("::ffff:0:a9fe:a9fe", true, Description = "translated")]
    [TestCase("2002:a9fe:a9fe::1", true, Description = "6to4")]
    [TestCase("2002:7f00:1::1", false)]
    [TestCase("127.0.0.1", false)]
    [TestCase("10.0.0.1", false)]
    [TestCase("8.8.8.8", false)]
    public void They_are_refused_whatever_is_allowed(string text, bool forbidden)
    {
        var address = IPAddress.Parse(text);
        var all = new JourneyOptions { AllowPrivateTargets = true, AllowedNetworks = ["0.0.0.0/0", "::/0"] };
        Assert.That(ForbiddenAddresses.Contain(address), Is.EqualTo(forbidden));
        Assert.That(all.Allows(address, 80), Is.EqualTo(!forbidden));
    }
}
