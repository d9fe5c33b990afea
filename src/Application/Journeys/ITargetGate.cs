using Flownally.Domain.Journeys;

namespace Flownally.Application.Journeys;

/// <summary>
/// Refuses targets that webhooks can never reach. The addresses of a host name can change, so only the sender can check names.
/// </summary>
public interface ITargetGate
{
    /// <returns>False if webhooks may not reach the port, or a host that is an IP address or <c>localhost</c>.</returns>
    bool Allows(TargetUrl url);
}
