using Flownally.Api.Http.Binding;
using Flownally.Application.EventTypes;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;

namespace Flownally.Api.EventTypes;

/// <summary>What is to become of a type. Absent members stay as they are.</summary>
/// <example>{ "name": "order.settled", "description": null }</example>
public sealed class UpdateEventTypeRequest
{
    /// <summary>Unique in the tenant: lower-case words and digits joined by dots, hyphens or underscores.</summary>
    public EventTypeName? Name { get; init; }

    /// <summary>Null clears it.</summary>
    public Optional<string> Description { get; init; }

    /// <summary>A JSON Schema that payloads must fit and all stored ones do; null lets any payload pass.</summary>
    public Optional<PayloadSchema> PayloadSchema { get; init; }

    public UpdateEventType ToCommand(Caller caller, EventTypeId id, IfMatch? ifMatch, Flag? validateOnly) =>
        new(caller, id, new EventTypeChange(Name, Description, PayloadSchema), ifMatch?.Revisions, validateOnly?.Value ?? false);
}
