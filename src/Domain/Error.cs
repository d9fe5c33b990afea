namespace Flownally.Domain;

/// <summary>
/// A refusal that a caller can understand and mend. Each is a named record beside the feature that raises it.
/// </summary>
/// <param name="Code">The stable code of the contract, in camelCase. Clients branch on it; it never changes.</param>
/// <param name="Detail">One sentence about this occurrence. Free to change; shows nothing of the inside.</param>
public abstract record Error(string Code, string Detail)
{
    /// <summary>How many places a refusal names. More would not help, and could make an answer of any length.</summary>
    public const int MaxViolations = 50;

    /// <summary>The places of the request that are at fault, the first <see cref="MaxViolations"/>; empty where no place can be named.</summary>
    public IReadOnlyList<FieldViolation> Violations
    {
        get;
        init => field = value.Count <= MaxViolations ? value : [.. value.Take(MaxViolations)];
    } = [];

    /// <summary>What failed inside. Operators find it in the log; no answer shows it. Null for a refusal that speaks for itself.</summary>
    public Exception? Cause { get; init; }

    /// <summary>Two refusals that say the same are equal, whatever caused them.</summary>
    public virtual bool Equals(Error? other) => other is not null && EqualityContract == other.EqualityContract
        && (Code, Detail) == (other.Code, other.Detail) && ReferenceEquals(Violations, other.Violations);

    public override int GetHashCode() => HashCode.Combine(EqualityContract, Code, Detail);
}

/// <summary>One fault at one place of the request.</summary>
/// <param name="Field">
/// RFC 6901 pointer into the request body, or the name of the query parameter or header; cut with … at 256 characters.
/// </param>
/// <param name="Code">What kind of fault it is, in camelCase.</param>
/// <param name="Message">A sentence that says what was expected and what was found; cut with … at 600 characters.</param>
public sealed record FieldViolation(string Field, string Code, string Message)
{
    public const int MaxFieldLength = 256;

    public const int MaxMessageLength = 600;

    public string Field { get; } = Cut(Field, MaxFieldLength);

    public string Code { get; } = Code;

    public string Message { get; } = Cut(Message, MaxMessageLength);

    /// <summary>A text of at most so many characters, none of them halved.</summary>
    public static string Cut(string text, int length) => text.Length <= length ? text
        : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1), "…");
}

/// <summary>The request is well-formed JSON but breaks the shape of the operation.</summary>
public sealed record ValidationFailed : Error
{
    public ValidationFailed(IReadOnlyList<FieldViolation> violations)
        : base("validationFailed", "The request has members that the operation cannot take; `errors` names each.") =>
        Violations = violations;
}

/// <summary>What the call is about has changed since the caller read it (RFC 9110 §13.1.1).</summary>
public sealed record PreconditionFailed() : Error("preconditionFailed",
    "What the call is about is not at the version that If-Match names; read it again and decide again.");
