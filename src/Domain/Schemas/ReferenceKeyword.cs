using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary><c>$ref</c> (JSON Schema Core §8.2.3.1): the value fits the schema that it leads to, within the same document.</summary>
internal sealed record ReferenceKeyword(string SchemaPointer, string Reference) : Keyword(SchemaPointer)
{
    /// <summary>Set once all of the document is read.</summary>
    public SchemaNode Target { get; set; } = new("");

    public override string Shape => "$ref";

    public override IReadOnlyList<SchemaNode> Children => [Target];

    public override IReadOnlyList<SchemaNode> InPlace => [Target];

    public override bool Validate(JsonElement instance, Evaluation evaluation, Evaluated? evaluated) => Target.Validate(instance, evaluation, evaluated);

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.String && reader.LocalPart(member.Value.GetString()!) is { } reference)
        {
            return reader.Defer(new ReferenceKeyword(member.Pointer, reference));
        }

        reader.Fault(member.Pointer, "notLocal", "A $ref leads to a place in the same schema: # or #/… or #anchor. Nothing is ever fetched.");
        return null;
    }
}
