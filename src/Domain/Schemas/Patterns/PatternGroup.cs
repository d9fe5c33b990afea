namespace Flownally.Domain.Schemas.Patterns;

/// <summary>A group that the parser is reading, or the whole pattern.</summary>
/// <param name="start">The position of its opening bracket.</param>
internal sealed class PatternGroup(int start = 0)
{
    private List<PatternNode>? _branches;

    public int Start => start;

    /// <summary>The parts of the current branch.</summary>
    public List<PatternNode> Parts { get; private set; } = [];

    /// <summary>Whether a quantifier may follow.</summary>
    public bool CanRepeat { get; set; }

    /// <summary>Whether the last part is a ^ or $.</summary>
    public bool EndsInEdge { get; set; }

    public void NextBranch()
    {
        (_branches ??= []).Add(new PatternNode.Sequence(Parts));
        (Parts, CanRepeat, EndsInEdge) = ([], false, false);
    }

    public PatternNode End()
    {
        if (_branches is null)
        {
            return Parts is [var only] ? only : new PatternNode.Sequence(Parts);
        }

        NextBranch();
        return new PatternNode.Choice(_branches);
    }
}
