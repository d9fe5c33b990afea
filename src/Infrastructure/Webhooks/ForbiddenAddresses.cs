using System.Net;
using System.Net.Sockets;

namespace Flownally.Infrastructure.Webhooks;

/// <summary>
/// Addresses that webhooks never reach, whatever is allowed: link-local ones, and those at which clouds tell their machines secrets.
/// No receiver lives there, and a tenant that reached them could become the machine.
/// </summary>
internal static class ForbiddenAddresses
{
    private static readonly IPNetwork[] Networks =
    [
        .. new[]
        {
            "169.254.0.0/16", "fe80::/10", // link-local, among it the metadata of AWS, Azure, Google, Oracle and others
            "168.63.129.16/32", // Azure: a public address, which Azure answers itself
            "100.100.100.200/32", // Alibaba
            "192.0.0.192/32", // Oracle
            "fd00:ec2::/32", // AWS
            "fd20:ce::254/128", // Google
            "fd00:42::42/128", // Scaleway
            "fd00:c1::a9fe:a9fe/128", // Oracle
            "64:ff9b:1::/48", // NAT64 of one's own (RFC 8215): where it carries the IPv4 address is the operator's choice
        }.Select(text => IPNetwork.Parse(text)),
    ];

    /// <summary>IPv6 addresses that end with an IPv4 address: mapped, compatible, NAT64 (RFC 6052), and translated (RFC 2765).</summary>
    private static readonly IPNetwork[] EndWithIPv4 =
        [.. new[] { "::ffff:0:0/96", "::/96", "64:ff9b::/96", "::ffff:0:0:0/96" }.Select(text => IPNetwork.Parse(text))];

    /// <summary>It carries an IPv4 address behind its first two bytes (RFC 3056).</summary>
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    public static bool Contain(IPAddress address) =>
        Networks.Any(network => network.Contains(address)) || (CarriedBy(address) is { } carried && Contain(carried));

    /// <summary>The IPv4 address that packets to this one end at.</summary>
    private static IPAddress? CarriedBy(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        return EndWithIPv4.Any(network => network.Contains(address)) ? new IPAddress(bytes.AsSpan(12))
            : SixToFour.Contains(address) ? new IPAddress(bytes.AsSpan(2, 4))
            : null;
    }
}
