using System.ComponentModel.DataAnnotations;
using Flownally.Application.EventTypes;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;

namespace Flownally.Api.EventTypes;

/// <summary>A new event type.</summary>
/// <example>
/// {
///   "name": "order.paid",
///   "description": "An order was paid.",
///   "payloadSchema": { "type": "object", "properties": { "total": { "type": "number" } }, "required": ["total"] }
/// }
/// </example>
public sealed class CreateEventTypeRequest
{
    /// <summary>Unique in the tenant: lower-case words and digits joined by dots, hyphens or underscores.</summary>
    public required EventTypeName Name { get; init; }

    [MaxLength(EventType.MaxDescriptionLength)]
    public string? Description { get; init; }

    /// <summary>
    /// A JSON Schema (2020-12, or draft-04 to 2019-09 by its `$schema`) that payloads must fit; without it any payload is valid.
    /// </summary>
    public PayloadSchema? PayloadSchema { get; init; }

    public CreateEventType ToCommand(Caller caller) => new(caller, Name, Description, PayloadSchema);
}
