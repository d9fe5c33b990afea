using System.Net;
using Flownally.Application.Journeys;
using Flownally.Domain.Journeys;
using Flownally.Infrastructure.Journeys;
using Microsoft.Extensions.Options;

namespace Flownally.Infrastructure.Webhooks;

/// <summary>
/// Applies the rules of <see cref="CheckedConnector"/> before a target is stored. A name other than localhost is checked only at connection
/// time.
/// </summary>
internal sealed class TargetGate(IOptions<JourneyOptions> options) : ITargetGate
{
    private const string ThisMachine = "localhost";

    public bool Allows(TargetUrl url) => AddressOf(url.Value.IdnHost) is { } address
        ? options.Value.Allows(address, url.Value.Port)
        : options.Value.AllowsPort(url.Value.Port);

    /// <returns>The address, also for names that always mean this machine (RFC 6761 §6.3); null for other names.</returns>
    private static IPAddress? AddressOf(string host)
    {
        var name = host.TrimEnd('.'); // the dot only marks a complete name
        if (IPAddress.TryParse(name, out var address))
        {
            return address;
        }

        return name == ThisMachine || name.EndsWith($".{ThisMachine}", StringComparison.Ordinal) ? IPAddress.Loopback : null;
    }
}
