using Flownally.Domain.Journeys;

namespace Flownally.Application.Journeys;

/// <summary>
/// Tells in advance of targets that would never be called. What a name resolves to changes, so only the sender can tell for names.
/// </summary>
public interface ITargetGate
{
    /// <returns>False where the host is an IP address or <c>localhost</c>, or the port one, that webhooks may not reach.</returns>
    bool Allows(TargetUrl url);
}
