using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary>A keyword about what all its neighbours, and what they lead to, have not looked at.</summary>
internal abstract record UnevaluatedKeyword(string SchemaPointer, SchemaNode Node) : Keyword(SchemaPointer)
{
    public override IReadOnlyList<SchemaNode> Children => [Node];
}

/// <summary><c>unevaluatedProperties</c> (JSON Schema Core §11.3). Values that are no object pass.</summary>
internal sealed record UnevaluatedPropertiesKeyword(string SchemaPointer, SchemaNode Node) : UnevaluatedKeyword(SchemaPointer, Node)
{
    public override string Shape => "unevaluatedProperties";

    public override bool Validate(JsonElement instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var valid = true;
        if (instance.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in instance.EnumerateObject())
            {
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

    public static Keyword Read(SchemaReader reader, SchemaMember member) => new UnevaluatedPropertiesKeyword(member.Pointer, reader.Read(member.Value, member.Pointer));
}

/// <summary><c>unevaluatedItems</c> (JSON Schema Core §11.2). Values that are no array pass.</summary>
internal sealed record UnevaluatedItemsKeyword(string SchemaPointer, SchemaNode Node) : UnevaluatedKeyword(SchemaPointer, Node)
{
    public override string Shape => "unevaluatedItems";

    public override bool Validate(JsonElement instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var (valid, index) = (true, 0);
        if (instance.ValueKind == JsonValueKind.Array)
        {
            foreach (var element in instance.EnumerateArray())
            {
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

    public static Keyword Read(SchemaReader reader, SchemaMember member) => new UnevaluatedItemsKeyword(member.Pointer, reader.Read(member.Value, member.Pointer));
}
