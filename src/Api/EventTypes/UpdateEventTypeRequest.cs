using Flownally.Api.Http.Binding;
using Flownally.Application.EventTypes;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;

namespace Flownally.Api.EventTypes;

/// <summary>Changes of an event type. Absent members do not change.</summary>
/// <example>{ "name": "order.settled", "description": null }</example>
public sealed class UpdateEventTypeRequest
{
    /// <summary>Unique in the tenant: lower-case words and digits joined by dots, hyphens or underscores.</summary>
    public EventTypeName? Name { get; init; }

    /// <summary>Null clears the description.</summary>
    public Optional<string> Description { get; init; }

    /// <summary>
    /// A JSON Schema for new payloads. The change is refused if a stored payload does not fit it. Null makes any payload valid.
    /// </summary>
    public Optional<PayloadSchema> PayloadSchema { get; init; }

    public UpdateEventType ToCommand(Caller caller, EventTypeId id, IfMatch? ifMatch, Flag? validateOnly) =>
        new(caller, id, new EventTypeChange(Name, Description, PayloadSchema), ifMatch?.Revisions, validateOnly?.Value ?? false);
}
