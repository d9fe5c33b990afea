using System.Globalization;
using System.Net;
using Microsoft.Extensions.Configuration;

namespace Flownally.Infrastructure.Journeys;

/// <summary>The section <c>Journeys</c> of the configuration.</summary>
public sealed class JourneyOptions
{
    private const char Separator = ',';

    /// <summary>
    /// True lets webhooks reach addresses that are not public: for receivers on one's own machine or network. Link-local addresses and
    /// those at which clouds tell their machines secrets stay out of reach.
    /// </summary>
    public bool AllowPrivateTargets { get; set; }

    /// <summary>Networks that webhooks may reach besides public addresses, such as <c>10.1.0.0/16</c>.</summary>
    public IReadOnlyList<string> AllowedNetworks { get; set; } = [];

    /// <summary>The ports that webhooks may reach; empty for all.</summary>
    public IReadOnlyList<string> AllowedPorts { get; set; } = [];

    /// <summary>Lists stand in one setting, separated by commas (<c>Journeys__AllowedPorts=80,443</c>), or in one for each value.</summary>
    internal void ReadLists(IConfiguration section)
    {
        AllowedNetworks = ReadList(section.GetSection(nameof(AllowedNetworks))) ?? AllowedNetworks;
        AllowedPorts = ReadList(section.GetSection(nameof(AllowedPorts))) ?? AllowedPorts;
    }

    /// <summary>Whether each network and each port is one.</summary>
    internal bool HasNetworks() => AllowedNetworks.All(text => IPNetwork.TryParse(text, out _));

    internal bool HasPorts() => AllowedPorts.All(text => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && port is > IPEndPoint.MinPort and <= IPEndPoint.MaxPort);

    /// <summary>Whether webhooks may reach an address at a port. Asked for each connection, which are few.</summary>
    internal bool Allows(IPAddress address, int port) => AllowsPort(port) && !ForbiddenAddresses.Contain(address)
        && (AllowPrivateTargets || PublicAddresses.Contain(address) || IsInAllowedNetwork(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    internal bool AllowsPort(int port) => AllowedPorts.Count == 0 || AllowedPorts.Any(text => int.Parse(text, CultureInfo.InvariantCulture) == port);

    private bool IsInAllowedNetwork(IPAddress address) => AllowedNetworks.Any(text => IPNetwork.Parse(text).Contains(address));

    private static string[]? ReadList(IConfigurationSection list) =>
        list.Value?.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
}
