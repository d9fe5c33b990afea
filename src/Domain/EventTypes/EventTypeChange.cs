using Flownally.Domain.Schemas;

namespace Flownally.Domain.EventTypes;

/// <summary>A change of an event type. Absent members keep their value.</summary>
/// <param name="Name">The new name; null keeps the old one.</param>
public sealed record EventTypeChange(EventTypeName? Name, Optional<string> Description, Optional<PayloadSchema> PayloadSchema);
