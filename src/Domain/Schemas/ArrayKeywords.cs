using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary><c>items</c> (JSON Schema Core §10.3.1.2): every element fits. Values that are no array pass.</summary>
internal sealed record ItemsKeyword(string SchemaPointer, SchemaNode Node) : Keyword(SchemaPointer)
{
    public override void Validate(JsonElement instance, Evaluation evaluation)
    {
        if (instance.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        var index = 0;
        foreach (var element in instance.EnumerateArray())
        {
            evaluation.Enter(index++);
            Node.Validate(element, evaluation);
            evaluation.Leave();
        }
    }

    public static Keyword Read(SchemaReader reader, SchemaMember member) => new ItemsKeyword(member.Pointer, reader.Read(member.Value, member.Pointer));
}
