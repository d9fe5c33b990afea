using System.Net;
using System.Net.Sockets;

namespace Flownally.Infrastructure.Webhooks;

/// <summary>
/// Addresses that no setting allows for webhooks: link-local addresses and the metadata services of clouds. No receiver has such an
/// address, and a tenant that reached the metadata service could take over the machine.
/// </summary>
internal static class ForbiddenAddresses
{
    private static readonly IPNetwork[] Networks =
    [
        .. new[]
        {
            "169.254.0.0/16", "fe80::/10", // link-local, which includes the metadata services of AWS, Azure, Google, Oracle and others
            "168.63.129.16/32", // Azure: a public address that Azure itself answers
            "100.100.100.200/32", // Alibaba
            "192.0.0.192/32", // Oracle
            "fd00:ec2::/32", // AWS
            "fd20:ce::254/128", // Google
            "fd00:42::42/128", // Scaleway
            "fd00:c1::a9fe:a9fe/128", // Oracle
            "64:ff9b:1::/48", // local NAT64 (RFC 8215): the operator chooses where the address contains the IPv4 address
        }.Select(text => IPNetwork.Parse(text)),
    ];

    /// <summary>IPv6 prefixes before an IPv4 address: mapped, compatible, NAT64 (RFC 6052) and translated (RFC 2765).</summary>
    private static readonly IPNetwork[] PrefixesOfIPv4 =
        [.. new[] { "::ffff:0:0/96", "::/96", "64:ff9b::/96", "::ffff:0:0:0/96" }.Select(text => IPNetwork.Parse(text))];

    /// <summary>The IPv4 address follows the first two bytes (RFC 3056).</summary>
    private static readonly IPNetwork SixToFour = IPNetwork.Parse("2002::/16");

    public static bool Contain(IPAddress address) =>
        Networks.Any(network => network.Contains(address)) || (EmbeddedIPv4(address) is { } embedded && Contain(embedded));

    /// <summary>The IPv4 address that receives packets to an IPv6 address.</summary>
    private static IPAddress? EmbeddedIPv4(IPAddress address)
    {
        if (address.AddressFamily != AddressFamily.InterNetworkV6)
        {
            return null;
        }

        var bytes = address.GetAddressBytes();
        return PrefixesOfIPv4.Any(network => network.Contains(address)) ? new IPAddress(bytes.AsSpan(12))
            : SixToFour.Contains(address) ? new IPAddress(bytes.AsSpan(2, 4))
            : null;
    }
}
