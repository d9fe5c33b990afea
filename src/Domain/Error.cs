namespace Flownally.Domain;

/// <summary>
/// The reason why a request is refused. Each error is a named record beside its feature.
/// </summary>
/// <param name="Code">The stable code of the contract, in camelCase. Clients branch on it, so it never changes.</param>
/// <param name="Detail">One sentence about this occurrence. It may change, and it reveals no internals.</param>
public abstract record Error(string Code, string Detail)
{
    /// <summary>The limit of <see cref="Violations"/>. It bounds the size of a response.</summary>
    public const int MaxViolations = 50;

    /// <summary>The invalid parts of the request, up to <see cref="MaxViolations"/>; empty if no single part is at fault.</summary>
    public IReadOnlyList<FieldViolation> Violations
    {
        get;
        init => field = value.Count <= MaxViolations ? value : [.. value.Take(MaxViolations)];
    } = [];

    /// <summary>The exception behind the error, or null. It goes to the log, never into a response.</summary>
    public Exception? Cause { get; init; }

    /// <summary>Ignores <see cref="Cause"/>.</summary>
    public virtual bool Equals(Error? other) => other is not null && EqualityContract == other.EqualityContract
        && (Code, Detail) == (other.Code, other.Detail) && ReferenceEquals(Violations, other.Violations);

    public override int GetHashCode() => HashCode.Combine(EqualityContract, Code, Detail);
}

/// <summary>One invalid part of a request.</summary>
/// <param name="Field">
/// RFC 6901 pointer into the request body, or the name of a query parameter or header; cut with … at 256 characters.
/// </param>
/// <param name="Code">The kind of fault, in camelCase.</param>
/// <param name="Message">A sentence with the expected and the actual value; cut with … at 600 characters.</param>
public sealed record FieldViolation(string Field, string Code, string Message)
{
    public const int MaxFieldLength = 256;

    public const int MaxMessageLength = 600;

    public string Field { get; } = Cut(Field, MaxFieldLength);

    public string Code { get; } = Code;

    public string Message { get; } = Cut(Message, MaxMessageLength);

    /// <summary>Shortens a text to <paramref name="length"/> UTF-16 units, without splitting a surrogate pair.</summary>
    public static string Cut(string text, int length) => text.Length <= length ? text
        : string.Concat(text.AsSpan(0, char.IsHighSurrogate(text[length - 2]) ? length - 2 : length - 1), "…");
}

/// <summary>The request is well-formed JSON, but members are missing, unknown or out of range.</summary>
public sealed record ValidationFailed : Error
{
    public ValidationFailed(IReadOnlyList<FieldViolation> violations)
        : base("validationFailed", "Some members of the request are not valid; `errors` lists them.") =>
        Violations = violations;
}

/// <summary>The resource has changed since the caller read it (RFC 9110 §13.1.1).</summary>
public sealed record PreconditionFailed() : Error("preconditionFailed",
    "The resource is not at the revision that If-Match names. Read it again before you repeat the request.");
