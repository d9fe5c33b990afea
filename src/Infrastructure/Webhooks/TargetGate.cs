using System.Net;
using Flownally.Application.Journeys;
using Flownally.Domain.Journeys;
using Flownally.Infrastructure.Journeys;
using Microsoft.Extensions.Options;

namespace Flownally.Infrastructure.Webhooks;

/// <summary>Judges addresses as <see cref="CheckedConnector"/> does when it comes to connecting.</summary>
internal sealed class TargetGate(IOptions<JourneyOptions> options) : ITargetGate
{
    private const string ThisMachine = "localhost";

    public bool Allows(TargetUrl url) => AddressOf(url.Value.IdnHost) is { } address
        ? options.Value.Allows(address, url.Value.Port)
        : options.Value.AllowsPort(url.Value.Port);

    /// <returns>The address, also of a name that always means this machine (RFC 6761 §6.3); null for other names.</returns>
    private static IPAddress? AddressOf(string host)
    {
        var name = host.TrimEnd('.'); // which only says that the name is complete
        if (IPAddress.TryParse(name, out var address))
        {
            return address;
        }

        return name == ThisMachine || name.EndsWith($".{ThisMachine}", StringComparison.Ordinal) ? IPAddress.Loopback : null;
    }
}
