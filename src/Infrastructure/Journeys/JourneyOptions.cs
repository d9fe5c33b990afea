using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Net;
using Flownally.Infrastructure.Webhooks;

namespace Flownally.Infrastructure.Journeys;

/// <summary>The section <c>Journeys</c> of the configuration.</summary>
public sealed class JourneyOptions
{
    /// <summary>
    /// True lets webhooks reach private addresses, for receivers on this machine or network. Link-local addresses and the metadata services
    /// of clouds stay forbidden.
    /// </summary>
    public bool AllowPrivateTargets { get; set; }

    /// <summary>Networks that webhooks may reach in addition to public addresses, such as <c>10.1.0.0/16</c>.</summary>
    [CustomValidation(typeof(JourneyOptions), nameof(AreNetworks),
        ErrorMessage = "networks, separated by commas, such as 10.1.0.0/16,fd12:3456::/32")]
    public IReadOnlyList<string> AllowedNetworks { get; set; } = [];

    /// <summary>The ports that webhooks may reach; empty for all.</summary>
    [CustomValidation(typeof(JourneyOptions), nameof(ArePorts),
        ErrorMessage = "ports from 1 to 65535, separated by commas, such as 80,443,8443")]
    public IReadOnlyList<string> AllowedPorts { get; set; } = [];

    /// <returns>Null if each text is a network.</returns>
    public static ValidationResult? AreNetworks(IReadOnlyList<string> networks) =>
        networks.All(text => IPNetwork.TryParse(text, out _)) ? ValidationResult.Success : new ValidationResult(null);

    /// <returns>Null if each text is a port.</returns>
    public static ValidationResult? ArePorts(IReadOnlyList<string> ports) =>
        ports.All(IsPort) ? ValidationResult.Success : new ValidationResult(null);

    /// <summary>Whether webhooks may reach an address at a port. It parses the settings each time, because connections are rare.</summary>
    internal bool Allows(IPAddress address, int port) => AllowsPort(port) && !ForbiddenAddresses.Contain(address)
        && (AllowPrivateTargets || PublicAddresses.Contain(address)
            || IsInAllowedNetwork(address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address));

    internal bool AllowsPort(int port) =>
        AllowedPorts.Count == 0 || AllowedPorts.Any(text => int.Parse(text, CultureInfo.InvariantCulture) == port);

    private static bool IsPort(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port)
        && port is > IPEndPoint.MinPort and <= IPEndPoint.MaxPort;

    private bool IsInAllowedNetwork(IPAddress address) => AllowedNetworks.Any(text => IPNetwork.Parse(text).Contains(address));
}
