using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary>A keyword for members or elements that its sibling keywords and their subschemas have not evaluated.</summary>
internal abstract record UnevaluatedKeyword(SchemaPlace Place, SchemaNode Node) : Keyword(Place)
{
    public override IReadOnlyList<SchemaNode> Children => [Node];
}

/// <summary><c>unevaluatedProperties</c> (JSON Schema Core §11.3). Values other than objects pass.</summary>
internal sealed record UnevaluatedPropertiesKeyword(SchemaPlace Place, SchemaNode Node) : UnevaluatedKeyword(Place, Node)
{
    /// <summary>The keywords whose schemas can evaluate members of the same object. The schema of <c>not</c> evaluates nothing.</summary>
    private static readonly string[] Others = ["$ref", "allOf", "anyOf", "oneOf", "if", "dependentSchemas"];

    protected override string WriteShape() => "unevaluatedProperties";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var valid = true;
        if (instance.Kind == JsonValueKind.Object)
        {
            foreach (var member in instance.Json.EnumerateObject())
            {
                if (evaluation.IsOver)
                {
                    return false;
                }

                evaluation.Work.Spend(12);
                if (!evaluated!.Has(member.Name))
                {
                    valid &= Node.IsNothing
                        ? evaluation.Fault(this, "additionalProperty", "The schema does not allow this member.", member.Name)
                        : evaluation.Member(member, Node);
                }
            }

            evaluated!.AddAllMembers();
        }

        return valid;
    }

    /// <summary>
    /// Whether no other schema evaluates the object. Then the keyword is equivalent to <c>additionalProperties</c> and compiled as such,
    /// which proofs support.
    /// </summary>
    public static bool IsAlone(SchemaMember member) => !Others.Any(name => member.Sibling(name) is not null);

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        var node = reader.Read(member.Value, member.Place);
        return !IsAlone(member) ? new UnevaluatedPropertiesKeyword(member.Place, node)
            : member.Sibling("additionalProperties") is not null ? null // which has evaluated all members
            : PropertiesKeyword.Read(reader, member);
    }
}

/// <summary><c>unevaluatedItems</c> (JSON Schema Core §11.2). Values other than arrays pass.</summary>
internal sealed record UnevaluatedItemsKeyword(SchemaPlace Place, SchemaNode Node) : UnevaluatedKeyword(Place, Node)
{
    protected override string WriteShape() => "unevaluatedItems";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var (valid, index) = (true, 0);
        if (instance.Kind == JsonValueKind.Array)
        {
            foreach (var element in instance.Json.EnumerateArray())
            {
                if (evaluation.IsOver)
                {
                    return false;
                }

                if (!evaluated!.Has(index))
                {
                    valid &= evaluation.Element(element, index, Node);
                }

                index++;
            }

            evaluated!.AddAllElements();
        }

        return valid;
    }

    public static Keyword Read(SchemaReader reader, SchemaMember member) =>
        new UnevaluatedItemsKeyword(member.Place, reader.Read(member.Value, member.Place));
}
