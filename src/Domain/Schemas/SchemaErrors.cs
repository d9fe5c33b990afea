using Flownally.Domain.Events;

namespace Flownally.Domain.Schemas;

/// <summary>The schema cannot be used. There is one violation for each fault.</summary>
public sealed record PayloadSchemaInvalid : Error
{
    public PayloadSchemaInvalid(IReadOnlyList<FieldViolation> violations)
        : base("payloadSchemaInvalid", "The JSON Schema cannot be used; `errors` lists each place and its fix.") =>
        Violations = violations;

    /// <summary>The check of the stored events takes too much work, so the change is refused.</summary>
    /// <param name="stored">The first event that takes too much work by itself; null if only all events together do.</param>
    public static PayloadSchemaInvalid TooComplex(EventId? stored) => new([new FieldViolation("/payloadSchema", "tooComplex", stored is null
        ? "Recording waits while the latest events are checked, and their check takes too long. Use fewer alternatives and references."
        : $"The check of the stored event {stored} exceeds the limit of work. Use fewer alternatives and references.")]);
}
