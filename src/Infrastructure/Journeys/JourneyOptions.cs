using System.Net;

namespace Flownally.Infrastructure.Journeys;

/// <summary>The section <c>Journeys</c> of the configuration.</summary>
public sealed class JourneyOptions
{
    /// <summary>True lets webhooks reach addresses that are not public: for receivers on one's own machine or network.</summary>
    public bool AllowPrivateTargets { get; set; }

    /// <summary>Whether webhooks may reach an address.</summary>
    internal bool Allows(IPAddress address) => AllowPrivateTargets || PublicAddresses.Contain(address);
}
