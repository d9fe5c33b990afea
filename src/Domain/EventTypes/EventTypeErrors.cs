namespace Flownally.Domain.EventTypes;

public sealed record EventTypeNotFound(string Id) : Error("eventTypeNotFound", "There is no event type with this id.");

public sealed record EventTypeNameTaken(EventTypeName Name) : Error("eventTypeNameTaken",
    $"The tenant already has an event type named '{Name}'.");

/// <summary>A recording names a type that the tenant does not have.</summary>
public sealed record EventTypeUnknown : Error
{
    public EventTypeUnknown(EventTypeReference reference)
        : base("eventTypeUnknown", "The tenant has no such event type; GET /v1/event-types lists those it has.") =>
        Violations = [new FieldViolation(reference.Field, Code, Detail)];
}
