using Flownally.Domain.EventTypes;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.EventTypes;

/// <summary>A row of <c>event_types</c>.</summary>
internal sealed class EventTypeRow
{
    public EventTypeId Id { get; init; }

    public TenantId TenantId { get; init; }

    public EventTypeName Name { get; init; }

    public string? Description { get; init; }

    public RawJson? PayloadSchema { get; init; }

    public bool Predefined { get; init; }

    public int SchemaVersion { get; init; }

    public int Revision { get; init; }

    public DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; init; }

    public EventType ToEventType() => new()
    {
        Id = Id,
        TenantId = TenantId,
        Name = Name,
        Description = Description,
        PayloadSchema = PayloadSchema?.ToSchema(),
        IsPredefined = Predefined,
        SchemaVersion = SchemaVersion,
        Revision = Revision,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
    };
}
