namespace Flownally.Domain.Schemas;

/// <summary>The result of an attempt to prove that a new schema accepts every payload that an old one accepts.</summary>
/// <param name="IsCompatible">Whether there is a proof. Without one the schemas may still be compatible with the stored events.</param>
/// <param name="Unproved">The rules of the new schema that do not provably follow from the old one.</param>
public sealed record SchemaProof(bool IsCompatible, IReadOnlyList<UnprovedRule> Unproved);

/// <param name="Pointer">RFC 6901 pointer to the rule in the new schema.</param>
/// <param name="Reason">A sentence about the values that the old schema may accept.</param>
public sealed record UnprovedRule(string Pointer, string Reason);
