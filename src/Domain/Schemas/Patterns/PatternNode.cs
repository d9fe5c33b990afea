namespace Flownally.Domain.Schemas.Patterns;

/// <summary>A node of the syntax tree that <see cref="PatternParser"/> builds.</summary>
internal abstract record PatternNode
{
    private PatternNode()
    {
    }

    /// <summary>Matches one character of a set.</summary>
    public sealed record Character(CharacterSet Set) : PatternNode;

    /// <summary>Matches the start or the end of the text.</summary>
    public sealed record Edge(bool IsStart) : PatternNode;

    /// <summary>Matches all parts in their order. A sequence without parts matches the empty text.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>Matches one of the branches.</summary>
    public sealed record Choice(IReadOnlyList<PatternNode> Branches) : PatternNode;

    /// <param name="Max">Null for no limit.</param>
    public sealed record Repeat(PatternNode Part, int Min, int? Max) : PatternNode;
}
