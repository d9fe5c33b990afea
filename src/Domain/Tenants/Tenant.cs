using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;

namespace Flownally.Domain.Tenants;

/// <summary>A customer of the service: everything a business records belongs to one tenant, and no other can see it.</summary>
public sealed class Tenant
{
    public const int MaxNameLength = 100;

    public required TenantId Id { get; init; }

    /// <summary>What people call it, 1 to <see cref="MaxNameLength"/> characters; names need not differ.</summary>
    public required string Name { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The catalog a tenant begins with.</summary>
    public IEnumerable<EventType> PredefinedEventTypes(IdGenerator ids) =>
        EventType.Predefined.Select(type => new EventType
        {
            Id = new EventTypeId(ids.Next()),
            TenantId = Id,
            Name = type.Name,
            Description = type.Description,
            IsPredefined = true,
            CreatedAt = CreatedAt,
            UpdatedAt = CreatedAt,
        });
}
