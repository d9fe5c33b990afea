namespace Flownally.Domain.Schemas;

/// <summary>One way in which a payload breaks its schema.</summary>
/// <param name="PayloadPointer">RFC 6901 pointer to the place in the payload; for a missing member, where it would be.</param>
/// <param name="Code">The kind of fault, such as <c>typeMismatch</c>, <c>required</c>, <c>tooSmall</c>.</param>
/// <param name="Message">What was expected and what was found.</param>
public sealed record PayloadFault(string PayloadPointer, string Code, string Message)
{
    internal PayloadFault(string payloadPointer, SchemaPlace rule, string code, string message) : this(payloadPointer, code, message) =>
        Rule = rule;

    /// <summary>RFC 6901 pointer to the keyword that it breaks.</summary>
    public string SchemaPointer => Rule?.ToString() ?? "";

    /// <summary>The keyword that it breaks; null where the payload was not checked to the end.</summary>
    internal SchemaPlace? Rule { get; }
}
