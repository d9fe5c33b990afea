namespace Flownally.Domain.Schemas;

/// <summary>A place where a payload does not fit its schema.</summary>
/// <param name="PayloadPointer">RFC 6901 pointer to the place; for a missing member, the place where it would be.</param>
/// <param name="Code">The kind of fault, such as <c>typeMismatch</c>, <c>required</c>, <c>tooSmall</c>.</param>
/// <param name="Message">A sentence with the expected and the actual value.</param>
public sealed record PayloadFault(string PayloadPointer, string Code, string Message)
{
    internal PayloadFault(string payloadPointer, SchemaPlace rule, string code, string message) : this(payloadPointer, code, message) =>
        Rule = rule;

    /// <summary>RFC 6901 pointer to the broken keyword; empty if the check was abandoned.</summary>
    public string SchemaPointer => Rule?.ToString() ?? "";

    /// <summary>The broken keyword; null if the check was abandoned.</summary>
    internal SchemaPlace? Rule { get; }
}
