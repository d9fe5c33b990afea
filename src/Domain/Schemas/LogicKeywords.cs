namespace Flownally.Domain.Schemas;

/// <summary>A keyword with a list of schemas that apply to the same value.</summary>
internal abstract record BranchesKeyword(SchemaPlace Place, SchemaNode[] Branches) : Keyword(Place)
{
    public override IReadOnlyList<SchemaNode> Children => Branches;

    public override IReadOnlyList<SchemaNode> InPlace => Branches;
}

/// <summary><c>anyOf</c> and <c>oneOf</c>: a valid value fits at least one branch.</summary>
internal abstract record AlternativesKeyword(SchemaPlace Place, SchemaNode[] Branches) : BranchesKeyword(Place, Branches)
{
    public override bool AllowsObjects => Branches.Any(branch => branch.AllowsObjects);

    public override SchemaTypes Types => Branches.Aggregate(SchemaTypes.None, (types, branch) => types | branch.Types);
}

/// <summary><c>allOf</c> (JSON Schema Core §10.2.1.1): every branch fits.</summary>
internal sealed record AllOfKeyword(SchemaPlace Place, SchemaNode[] Branches) : BranchesKeyword(Place, Branches)
{
    public override bool AllowsObjects => Branches.All(branch => branch.AllowsObjects);

    protected override string WriteShape() => $"allOf {Branches.Length}";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var valid = true;
        foreach (var branch in Branches)
        {
            valid &= branch.Validate(ref instance, evaluation, evaluated);
            if (!valid && (!evaluation.Collects || evaluation.IsOver))
            {
                return false;
            }
        }

        return valid;
    }

    public static Keyword? Read(SchemaReader reader, SchemaMember member) =>
        reader.ReadList(member) is { Count: > 0 } branches ? new AllOfKeyword(member.Place, [.. branches]) : null;
}

/// <summary><c>anyOf</c> (JSON Schema Core §10.2.1.2): at least one branch fits.</summary>
internal sealed record AnyOfKeyword(SchemaPlace Place, SchemaNode[] Branches) : AlternativesKeyword(Place, Branches)
{
    protected override string WriteShape() => $"anyOf {Branches.Length}";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var any = false;
        foreach (var branch in Branches)
        {
            any |= evaluation.Try(branch, ref instance, evaluated);
            if ((any && evaluated is null) || evaluation.IsOver)
            {
                return any;
            }
        }

        return any
            || evaluation.Fault(this, "noAlternative", $"Expected a value that fits one of {Branches.Length} alternatives; it fits none.");
    }

    public static Keyword? Read(SchemaReader reader, SchemaMember member) =>
        reader.ReadList(member) is { Count: > 0 } branches ? new AnyOfKeyword(member.Place, [.. branches]) : null;
}

/// <summary><c>oneOf</c> (JSON Schema Core §10.2.1.3): exactly one branch fits.</summary>
internal sealed record OneOfKeyword(SchemaPlace Place, SchemaNode[] Branches) : AlternativesKeyword(Place, Branches)
{
    protected override string WriteShape() => $"oneOf {Branches.Length}";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var count = 0;
        foreach (var branch in Branches)
        {
            count += evaluation.Try(branch, ref instance, evaluated) ? 1 : 0;
            if (evaluation.IsOver)
            {
                return false;
            }
        }

        return count switch
        {
            1 => true,
            0 => evaluation.Fault(this, "noAlternative",
                $"Expected a value that fits one of {Branches.Length} alternatives; it fits none."),
            _ => evaluation.Fault(this, "severalAlternatives",
                $"Expected a value that fits exactly one of {Branches.Length} alternatives; it fits {count}."),
        };
    }

    public static Keyword? Read(SchemaReader reader, SchemaMember member) =>
        reader.ReadList(member) is { Count: > 0 } branches ? new OneOfKeyword(member.Place, [.. branches]) : null;
}

/// <summary><c>not</c> (JSON Schema Core §10.2.1.4): the schema does not fit.</summary>
internal sealed record NotKeyword(SchemaPlace Place, SchemaNode Node) : Keyword(Place)
{
    public override bool AllowsObjects => Node.Keywords.Length > 0;

    protected override string WriteShape() => "not";

    public override IReadOnlyList<SchemaNode> Children => [Node];

    public override IReadOnlyList<SchemaNode> InPlace => [Node];

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated) =>
        !evaluation.Try(Node, ref instance, null) || evaluation.Fault(this, "excluded", "The value fits a schema that it must not fit.");

    public static Keyword Read(SchemaReader reader, SchemaMember member) =>
        new NotKeyword(member.Place, reader.Read(member.Value, member.Place));
}

/// <summary><c>if</c>, <c>then</c>, <c>else</c> (JSON Schema Core §10.2.2) as one rule.</summary>
internal sealed record ConditionalKeyword(SchemaPlace Place, SchemaNode If, SchemaNode? Then, SchemaNode? Else) : Keyword(Place)
{
    protected override string WriteShape() => $"if {Then is not null} {Else is not null}";

    public override IReadOnlyList<SchemaNode> Children => [.. new[] { If, Then, Else }.OfType<SchemaNode>()];

    public override IReadOnlyList<SchemaNode> InPlace => Children;

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var branch = evaluation.Try(If, ref instance, evaluated) ? Then : Else;
        return branch is null || branch.Validate(ref instance, evaluation, evaluated);
    }

    public static Keyword Read(SchemaReader reader, SchemaMember member)
    {
        return new ConditionalKeyword(member.Place, reader.Read(member.Value, member.Place), Branch("then"), Branch("else"));

        SchemaNode? Branch(string name) => member.Sibling(name) is { } sibling ? reader.Read(sibling.Value, sibling.Place) : null;
    }

    /// <summary><c>if</c> reads its branches. Without <c>if</c> a branch has no effect, but it must be a schema.</summary>
    public static Keyword? ReadBranch(SchemaReader reader, SchemaMember member)
    {
        if (member.Sibling("if") is null)
        {
            reader.Read(member.Value, member.Place);
        }

        return null;
    }
}
