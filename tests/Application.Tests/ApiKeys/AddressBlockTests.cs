using System.Net;
using Flownally.Application.ApiKeys;

namespace Flownally.Application.Tests.ApiKeys;

public sealed class AddressBlockTests
{
    [TestCase("192.0.2.1", "192.0.2.1", true)]
    [TestCase("192.0.2.1", "::ffff:192.0.2.1", true)]
    [TestCase("192.0.2.1", "192.0.2.2", false)]
    [TestCase("2001:db8::1", "2001:db8::ffff:1:2:3", true)]
    [TestCase("2001:db8:0:1::1", "2001:db8:0:2::1", false)]
    public void IPv4_counts_whole_and_IPv6_by_its_first_64_bits(string one, string other, bool same) =>
        Assert.That(AddressBlock.Of(IPAddress.Parse(one)) == AddressBlock.Of(IPAddress.Parse(other)), Is.EqualTo(same));
}
