using Flownally.Domain.EventTypes;

namespace Flownally.Application.EventTypes;

public interface IEventTypeRepository
{
    /// <summary>Stores a new type.</summary>
    /// <returns><see cref="EventTypeNameTaken"/>, or null once it is stored.</returns>
    Task<EventTypeNameTaken?> AddAsync(EventType type, CancellationToken cancellationToken);
}
