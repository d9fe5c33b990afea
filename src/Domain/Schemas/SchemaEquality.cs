namespace Flownally.Domain.Schemas;

/// <summary>Compares schemas by their rules, including those of subschemas. Annotations do not count.</summary>
internal sealed class SchemaEquality(ProofSteps steps)
{
    public bool AreEqual(SchemaNode one, SchemaNode other) => AreEqual(one, other, []);

    public bool AreEqual(Keyword one, Keyword other) => AreEqual(one, other, []);

    /// <param name="compared">The pairs that are being compared. They count as equal, because a schema may refer to itself.</param>
    private bool AreEqual(SchemaNode one, SchemaNode other, HashSet<(SchemaNode, SchemaNode)> compared)
    {
        if (ReferenceEquals(one, other) || !compared.Add((one, other)))
        {
            return true;
        }

        steps.Enter();
        var equal = one.Keywords.All(rule => other.Keywords.Any(candidate => AreEqual(rule, candidate, compared)))
            && other.Keywords.All(rule => one.Keywords.Any(candidate => AreEqual(candidate, rule, compared)));
        steps.Leave();
        compared.Remove((one, other)); // the result depends on the assumption, so it is not reused
        return equal;
    }

    private bool AreEqual(Keyword one, Keyword other, HashSet<(SchemaNode, SchemaNode)> compared)
    {
        steps.Work.Require(ProofSteps.UnitsPerStep);
        if (one.GetType() != other.GetType() || one.Shape != other.Shape)
        {
            return false;
        }

        var (left, right) = (one.Children, other.Children);
        steps.Work.Require(left.Count + (one.Shape.Length / 16));
        return left.Count == right.Count && left.Zip(right).All(pair => AreEqual(pair.First, pair.Second, compared));
    }
}
