using Flownally.Domain.Schemas;

namespace Flownally.Domain.EventTypes;

public sealed record EventTypeNotFound(string Id) : Error("eventTypeNotFound", "There is no event type with this id.");

public sealed record EventTypeNameTaken(EventTypeName Name) : Error("eventTypeNameTaken",
    $"The tenant already has an event type named '{Name}'.");

public sealed record EventTypePredefined(EventTypeName Name, string Deed) : Error("eventTypePredefined",
    $"'{Name}' is predefined: every tenant has it, and it cannot be {Deed}.");

/// <param name="Users">Who uses it, in the plural: <c>recorded events</c>, <c>journeys</c>.</param>
public sealed record EventTypeInUse(EventTypeName Name, string Users) : Error("eventTypeInUse",
    $"The event type '{Name}' is used by {Users}, so it cannot be deleted.");

/// <summary>Stored events break the new schema.</summary>
/// <param name="Incompatibilities">Each rule of the new schema that is broken, those that most events break first.</param>
public sealed record SchemaIncompatible(EventTypeName Name, IReadOnlyList<Incompatibility> Incompatibilities) : Error("schemaIncompatible",
    $"Stored events of type '{Name}' do not fit the new schema; `incompatibilities` names what they break.");

/// <summary>A request names a type that the tenant does not have.</summary>
public sealed record EventTypeUnknown : Error
{
    /// <param name="field">The member that names it.</param>
    public EventTypeUnknown(string field)
        : base("eventTypeUnknown", "The tenant has no such event type; GET /v1/event-types lists those it has.") =>
        Violations = [new FieldViolation(field, Code, Detail)];
}
