namespace Flownally.Domain.Schemas;

/// <summary>The schema cannot be used; one violation for each fault.</summary>
public sealed record PayloadSchemaInvalid : Error
{
    public PayloadSchemaInvalid(IReadOnlyList<FieldViolation> violations)
        : base("payloadSchemaInvalid", "The JSON Schema cannot be used; `errors` names each place and how to mend it.") =>
        Violations = violations;
}
