using Flownally.Domain.Schemas;

namespace Flownally.Domain.EventTypes;

public sealed record EventTypeNotFound(string Id) : Error("eventTypeNotFound", "There is no event type with this id.");

public sealed record EventTypeNameTaken(EventTypeName Name) : Error("eventTypeNameTaken",
    $"The tenant already has an event type named '{Name}'.");

public sealed record EventTypePredefined(EventTypeName Name, string Deed) : Error("eventTypePredefined",
    $"'{Name}' is predefined: every tenant has it, and it cannot be {Deed}.");

public sealed record EventTypeInUse(EventTypeName Name) : Error("eventTypeInUse",
    $"Events of type '{Name}' are recorded, so it cannot be deleted.");

/// <summary>The type has changed since the caller read it (RFC 9110 §13.1.1).</summary>
public sealed record PreconditionFailed() : Error("preconditionFailed",
    "The event type is not at the version that If-Match names; read it again and decide again.");

/// <summary>Stored events break the new schema.</summary>
/// <param name="Incompatibilities">Each rule of the new schema that is broken, those that most events break first.</param>
public sealed record SchemaIncompatible(EventTypeName Name, IReadOnlyList<Incompatibility> Incompatibilities) : Error("schemaIncompatible",
    $"Stored events of type '{Name}' do not fit the new schema; `incompatibilities` names what they break.");

/// <summary>A recording names a type that the tenant does not have.</summary>
public sealed record EventTypeUnknown : Error
{
    public EventTypeUnknown(EventTypeReference reference)
        : base("eventTypeUnknown", "The tenant has no such event type; GET /v1/event-types lists those it has.") =>
        Violations = [new FieldViolation(reference.Field, Code, Detail)];
}
