using Flownally.Domain.Schemas;

namespace Flownally.Domain.EventTypes;

public sealed record EventTypeNotFound(string Id) : Error("eventTypeNotFound", "There is no event type with this id.");

public sealed record EventTypeNameTaken(EventTypeName Name) : Error("eventTypeNameTaken",
    $"The tenant already has an event type named '{Name}'.");

/// <param name="Operation">The refused operation as a participle, such as <c>deleted</c>.</param>
public sealed record EventTypePredefined(EventTypeName Name, string Operation) : Error("eventTypePredefined",
    $"The event type '{Name}' is predefined, so it cannot be {Operation}.");

/// <param name="Users">What uses the type, in the plural: <c>recorded events</c>, <c>journeys</c>.</param>
public sealed record EventTypeInUse(EventTypeName Name, string Users) : Error("eventTypeInUse",
    $"The event type '{Name}' cannot be deleted, because {Users} use it.");

/// <summary>Stored events break the new schema.</summary>
/// <param name="Incompatibilities">The broken rules of the new schema; the rule that most events break comes first.</param>
public sealed record SchemaIncompatible(EventTypeName Name, IReadOnlyList<Incompatibility> Incompatibilities) : Error("schemaIncompatible",
    $"Stored events of type '{Name}' do not fit the new schema; `incompatibilities` lists the rules that they break.");

/// <summary>A request names a type that the tenant does not have.</summary>
public sealed record EventTypeUnknown : Error
{
    /// <param name="field">The member that names the type.</param>
    public EventTypeUnknown(string field)
        : base("eventTypeUnknown", "The tenant has no such event type. GET /v1/event-types lists its event types.") =>
        Violations = [new FieldViolation(field, Code, Detail)];
}
