using System.Net;
using Flownally.Infrastructure.Webhooks;

namespace Flownally.Api.Tests.Journeys;

/// <summary>Each block by its first and last address, and by the ones just outside of it.</summary>
public sealed class PublicAddressesTests
{
    [TestCase(null, "0.0.0.0", "0.255.255.255", "1.0.0.0")]
    [TestCase("9.255.255.255", "10.0.0.0", "10.255.255.255", "11.0.0.0")]
    [TestCase("100.63.255.255", "100.64.0.0", "100.127.255.255", "100.128.0.0")]
    [TestCase("126.255.255.255", "127.0.0.0", "127.255.255.255", "128.0.0.0")]
    [TestCase("169.253.255.255", "169.254.0.0", "169.254.255.255", "169.255.0.0")]
    [TestCase("172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0")]
    [TestCase("191.255.255.255", "192.0.0.0", "192.0.0.255", "192.0.1.0")]
    [TestCase("192.0.1.255", "192.0.2.0", "192.0.2.255", "192.0.3.0")]
    [TestCase("192.88.98.255", "192.88.99.0", "192.88.99.255", "192.88.100.0")]
    [TestCase("192.167.255.255", "192.168.0.0", "192.168.255.255", "192.169.0.0")]
    [TestCase("198.17.255.255", "198.18.0.0", "198.19.255.255", "198.20.0.0")]
    [TestCase("198.51.99.255", "198.51.100.0", "198.51.100.255", "198.51.101.0")]
    [TestCase("203.0.112.255", "203.0.113.0", "203.0.113.255", "203.0.114.0")]
    [TestCase("223.255.255.255", "224.0.0.0", "239.255.255.255", null)]
    [TestCase(null, "240.0.0.0", "255.255.255.255", null)]
    [TestCase(null, "::", "1fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2000::")]
    [TestCase("2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2001::", "2001:1ff:ffff:ffff:ffff:ffff:ffff:ffff", "2001:200::")]
    [TestCase("2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::")]
    [TestCase("2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2002::", "2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "2003::")]
    [TestCase("3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff::", "3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff", "3fff:1000::")]
    [TestCase("3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", "4000::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", null)]
    public void A_block_that_is_set_apart_is_not_public(string? below, string first, string last, string? above)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(below is null || IsPublic(below), Is.True, below);
            Assert.That(IsPublic(first), Is.False, first);
            Assert.That(IsPublic(last), Is.False, last);
            Assert.That(above is null || IsPublic(above), Is.True, above);
        }
    }

    [TestCase("::1")]
    [TestCase("::127.0.0.1", Description = "IPv4-compatible")]
    [TestCase("64:ff9b::808:808", Description = "NAT64")]
    [TestCase("64:ff9b:1::1")]
    [TestCase("100::1", Description = "discard-only")]
    [TestCase("5f00::1", Description = "segment routing")]
    [TestCase("fc00::1")]
    [TestCase("fe80::1%1")]
    [TestCase("fec0::1")]
    [TestCase("ff02::1")]
    public void Nothing_outside_of_global_unicast_is_public(string address) => Assert.That(IsPublic(address), Is.False);

    [TestCase("::ffff:9.255.255.255", true)]
    [TestCase("::ffff:10.0.0.0", false)]
    [TestCase("::ffff:10.255.255.255", false)]
    [TestCase("::ffff:11.0.0.0", true)]
    public void A_mapped_address_is_judged_by_what_it_maps(string address, bool expected) => Assert.That(IsPublic(address), Is.EqualTo(expected));

    private static bool IsPublic(string address) => PublicAddresses.Contain(IPAddress.Parse(address));
}
