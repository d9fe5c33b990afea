using Flownally.Domain.Events;

namespace Flownally.Domain.Schemas;

/// <summary>The schema cannot be used; one violation for each fault.</summary>
public sealed record PayloadSchemaInvalid : Error
{
    public PayloadSchemaInvalid(IReadOnlyList<FieldViolation> violations)
        : base("payloadSchemaInvalid", "The JSON Schema cannot be used; `errors` names each place and how to mend it.") =>
        Violations = violations;

    /// <summary>Whether the stored events fit the new schema takes too much work to tell, so the change cannot be decided.</summary>
    /// <param name="stored">The first event that takes too much by itself; null where all of them do together.</param>
    public static PayloadSchemaInvalid TooComplex(EventId? stored) => new([new FieldViolation("/payloadSchema", "tooComplex", stored is null
        ? "Checking the events that are recorded meanwhile takes too long to keep their senders waiting; use fewer alternatives and references."
        : $"Checking the stored event {stored} takes more work than one check may; use fewer alternatives and references.")]);
}
