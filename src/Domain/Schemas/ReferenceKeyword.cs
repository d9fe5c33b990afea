using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary><c>$ref</c> (JSON Schema Core §8.2.3.1): the value fits the target, a schema of the same document.</summary>
internal sealed record ReferenceKeyword(SchemaPlace Place, string Reference) : Keyword(Place)
{
    /// <summary>Set after the whole document is read.</summary>
    public SchemaNode Target { get; set; } = new(Place);

    protected override string WriteShape() => "$ref";

    public override IReadOnlyList<SchemaNode> Children => [Target];

    public override IReadOnlyList<SchemaNode> InPlace => [Target];

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated) =>
        Target.Validate(ref instance, evaluation, evaluated);

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.String && reader.References.LocalPart(member.Value.GetString()!) is { } reference)
        {
            return reader.References.Add(new ReferenceKeyword(member.Place, reference));
        }

        reader.Fault(member.Place, "notLocal", "A $ref leads to a place in the same schema: # or #/… or #anchor. Nothing is ever fetched.");
        return null;
    }
}
