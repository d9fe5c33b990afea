using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Application.EventTypes;

/// <summary>The types as recording sees them: compiled, and read through a cache.</summary>
public interface IEventTypeCatalog
{
    /// <summary>The type that a recording names, or null where there is none.</summary>
    /// <param name="fresh">
    /// False takes a cached type, which may be old: <see cref="Events.IEventLog"/> notices before anything is recorded,
    /// but a refusal is only final under a type that was read afresh.
    /// </param>
    ValueTask<EventType?> FindAsync(TenantId tenant, EventTypeReference reference, bool fresh, CancellationToken cancellationToken);
}
