namespace Flownally.Domain.Schemas;

/// <summary>One way in which a payload breaks its schema.</summary>
/// <param name="PayloadPointer">RFC 6901 pointer to the place in the payload; for a missing member, where it would be.</param>
/// <param name="SchemaPointer">RFC 6901 pointer to the keyword that it breaks.</param>
/// <param name="Code">The kind of fault, such as <c>typeMismatch</c>, <c>required</c>, <c>tooSmall</c>.</param>
/// <param name="Message">What was expected and what was found.</param>
public sealed record PayloadFault(string PayloadPointer, string SchemaPointer, string Code, string Message);
