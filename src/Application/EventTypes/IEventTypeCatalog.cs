using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Application.EventTypes;

/// <summary>A cache of compiled event types, for recording.</summary>
public interface IEventTypeCatalog
{
    /// <summary>Finds the type that a recording names; null if there is none.</summary>
    /// <param name="fresh">
    /// False accepts a cached type, which may be outdated. <see cref="Events.IEventLog"/> detects that before it records an event.
    /// A refusal is final only with a type that was read with <c>true</c>.
    /// </param>
    ValueTask<EventType?> FindAsync(TenantId tenant, EventTypeReference reference, bool fresh, CancellationToken cancellationToken);
}
