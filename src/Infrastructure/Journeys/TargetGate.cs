using System.Net;
using Flownally.Application.Journeys;
using Flownally.Domain.Journeys;
using Microsoft.Extensions.Options;

namespace Flownally.Infrastructure.Journeys;

/// <summary>Judges addresses as <see cref="CheckedConnector"/> does when it comes to connecting.</summary>
internal sealed class TargetGate(IOptions<JourneyOptions> options) : ITargetGate
{
    public bool Allows(TargetUrl url) => IPAddress.TryParse(url.Value.IdnHost, out var address)
        ? options.Value.Allows(address, url.Value.Port)
        : options.Value.AllowsPort(url.Value.Port);
}
