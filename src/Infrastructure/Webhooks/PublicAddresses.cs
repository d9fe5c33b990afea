using System.Net;
using System.Net.Sockets;

namespace Flownally.Infrastructure.Webhooks;

/// <summary>
/// Public addresses: global unicast without the blocks in IANA's special-purpose registries (RFC 6890;
/// https://www.iana.org/assignments/iana-ipv4-special-registry and …/iana-ipv6-special-registry). A registered block counts as a whole,
/// although parts of it may be reachable: no receiver uses them.
/// </summary>
internal static class PublicAddresses
{
    private static readonly IPNetwork[] Reserved4 = Networks(
        "0.0.0.0/8", // this network
        "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", // private
        "100.64.0.0/10", // shared by the customers of a provider
        "127.0.0.0/8", // loopback
        "169.254.0.0/16", // link-local, which includes the metadata services of clouds
        "192.0.0.0/24", // protocol assignments
        "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", // documentation
        "192.88.99.0/24", // 6to4 relays, deprecated
        "198.18.0.0/15", // benchmarks
        "224.0.0.0/4", // multicast
        "240.0.0.0/4"); // reserved, and broadcast

    /// <summary>
    /// IANA's global unicast space of IPv6. It excludes loopback, unique local, link-local, site-local, multicast, discard-only, segment
    /// routing, and the translations of IPv4 (64:ff9b::/96, 64:ff9b:1::/48).
    /// </summary>
    private static readonly IPNetwork Unicast6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork[] Reserved6 = Networks(
        "2001::/23", // protocol assignments: Teredo, benchmarks, ORCHID
        "2001:db8::/32", "3fff::/20", // documentation
        "2002::/16"); // 6to4, which contains an IPv4 address

    public static bool Contain(IPAddress address) => address switch
    {
        { IsIPv4MappedToIPv6: true } => Contain(address.MapToIPv4()),
        { AddressFamily: AddressFamily.InterNetwork } => !Reserved4.Any(network => network.Contains(address)),
        _ => Unicast6.Contains(address) && !Reserved6.Any(network => network.Contains(address)),
    };

    private static IPNetwork[] Networks(params string[] texts) => [.. texts.Select(text => IPNetwork.Parse(text))];
}
