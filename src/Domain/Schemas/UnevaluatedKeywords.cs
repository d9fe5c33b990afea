using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary>A keyword about what all its neighbours, and what they lead to, have not looked at.</summary>
internal abstract record UnevaluatedKeyword(SchemaPlace Place, SchemaNode Node) : Keyword(Place)
{
    public override IReadOnlyList<SchemaNode> Children => [Node];
}

/// <summary><c>unevaluatedProperties</c> (JSON Schema Core §11.3). Values that are no object pass.</summary>
internal sealed record UnevaluatedPropertiesKeyword(SchemaPlace Place, SchemaNode Node) : UnevaluatedKeyword(Place, Node)
{
    /// <summary>The keywords whose schemas speak of the same object, and can have looked at its members. What is under <c>not</c> looks at nothing.</summary>
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
                        ? evaluation.Fault(this, "additionalProperty", "The schema does not know this member and takes no others.", member.Name)
                        : evaluation.Member(member, Node);
                }
            }

            evaluated!.AddAllMembers();
        }

        return valid;
    }

    /// <summary>
    /// Whether no other schema looks at the object. Then the keyword means what <c>additionalProperties</c> would mean in its place, and is
    /// compiled to that, so that proofs understand it.
    /// </summary>
    public static bool IsAlone(SchemaMember member) => !Others.Any(name => member.Sibling(name) is not null);

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        var node = reader.Read(member.Value, member.Place);
        return !IsAlone(member) ? new UnevaluatedPropertiesKeyword(member.Place, node)
            : member.Sibling("additionalProperties") is not null ? null // which has looked at all members
            : PropertiesKeyword.Read(reader, member);
    }
}

/// <summary><c>unevaluatedItems</c> (JSON Schema Core §11.2). Values that are no array pass.</summary>
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

    public static Keyword Read(SchemaReader reader, SchemaMember member) => new UnevaluatedItemsKeyword(member.Place, reader.Read(member.Value, member.Place));
}
