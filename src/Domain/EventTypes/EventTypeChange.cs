using Flownally.Domain.Schemas;

namespace Flownally.Domain.EventTypes;

/// <summary>What is to become of a type. What is absent stays as it is.</summary>
/// <param name="Name">The new name; null leaves the old one, because a type always has one.</param>
public sealed record EventTypeChange(EventTypeName? Name, Optional<string> Description, Optional<PayloadSchema> PayloadSchema);
