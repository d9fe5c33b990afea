namespace Flownally.Domain.Schemas;

/// <summary>Proves rules about the members of objects.</summary>
internal sealed class MembersProof(Prover prover, Work work)
{
    /// <summary>
    /// Proves the three property keywords as one rule. Names in either schema are proved one by one. For all other names, only the
    /// schemas that the old side may apply to them are known.
    /// </summary>
    public bool Implies(Facts old, PropertiesKeyword rule)
    {
        var groups = old.Keywords.OfType<PropertiesKeyword>().ToList();
        var names = rule.Named.Concat(groups.SelectMany(group => group.Named)).Select(named => named.Name).Distinct();
        var holds = true;
        foreach (var name in names)
        {
            var member = old.Member(name);
            holds &= Facts.Applicable(rule, name, work).Aggregate(true, (follows, node) => prover.Follows(member, node) && follows);
        }

        foreach (var pattern in rule.Patterns)
        {
            holds &= OtherMembers(groups, [], pattern.Pattern)
                .Aggregate(true, (follows, member) => prover.Follows(member, pattern.Node) && follows);
        }

        if (rule.Additional is { } additional)
        {
            var ownPatterns = rule.Patterns.Select(pattern => pattern.Pattern).ToHashSet();
            var follows = OtherMembers(groups, ownPatterns, null)
                .All(member => additional.Node.IsNothing ? member.IsEmpty() : prover.Follows(member, additional.Node));
            holds &= follows || prover.Unproved(additional, "other members may be stored");
        }

        return holds;
    }

    public bool Implies(Facts old, PropertyNamesKeyword rule)
    {
        SchemaNode[] known = [.. old.Keywords.OfType<PropertyNamesKeyword>().Select(keyword => keyword.Node)];
        return (old.PossibleNames is { } names && names.All(name => prover.Fits(PropertyNamesKeyword.NameOf(name), rule.Node)))
            || prover.Try(() => prover.Follows(Facts.Of(work, known).WithType(SchemaTypes.String), rule.Node));
    }

    /// <summary>
    /// The facts about a member whose name is in no schema, one for each way in which a group of the old side can treat it. One group
    /// suffices for a proof, so only the first group with additional properties counts.
    /// </summary>
    /// <param name="excluded">Patterns of the new side. Another rule covers the members that match them.</param>
    /// <param name="matches">A pattern that the member matches; null if that is unknown.</param>
    private IEnumerable<Facts> OtherMembers(List<PropertiesKeyword> groups, HashSet<string> excluded, string? matches)
    {
        var group = groups.FirstOrDefault(group => group.Additional is not null) ?? (groups.Count > 0 ? groups[0] : null);
        if (group is null)
        {
            return [Facts.Of(work)];
        }

        SchemaNode[] certain = [.. groups.SelectMany(known => known.Patterns)
            .Where(pattern => pattern.Pattern == matches).Select(pattern => pattern.Node)];
        if (group.Patterns.Any(pattern => pattern.Pattern == matches))
        {
            return [Facts.Of(work, certain)];
        }

        SchemaNode[] additional = group.Additional is null ? [] : [group.Additional.Node];
        return group.Patterns.Where(pattern => !excluded.Contains(pattern.Pattern))
            .Select(pattern => Facts.Of(work, [pattern.Node, .. certain]))
            .Append(Facts.Of(work, [.. additional, .. certain]));
    }
}
