namespace Flownally.Domain.Schemas.Patterns;

/// <summary>A part of a pattern, as <see cref="PatternParser"/> reads it.</summary>
internal abstract record PatternNode
{
    private PatternNode()
    {
    }

    /// <summary>One character of a set.</summary>
    public sealed record Character(CharacterSet Set) : PatternNode;

    /// <summary>A place, not a character: the start or the end of the text.</summary>
    public sealed record Edge(bool IsStart) : PatternNode;

    /// <summary>One after the other; none matches the empty text.</summary>
    public sealed record Sequence(IReadOnlyList<PatternNode> Parts) : PatternNode;

    /// <summary>One of these.</summary>
    public sealed record Choice(IReadOnlyList<PatternNode> Branches) : PatternNode;

    /// <param name="Max">Null for any number.</param>
    public sealed record Repeat(PatternNode Part, int Min, int? Max) : PatternNode;
}
