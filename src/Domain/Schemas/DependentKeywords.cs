using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// <c>dependentRequired</c> (JSON Schema Validation §6.5.4), and the form of draft-07's <c>dependencies</c> that names
/// members: where one member is, these are too. Values that are no object pass.
/// </summary>
internal sealed record DependentRequiredKeyword(string SchemaPointer, string Trigger, IReadOnlyList<string> Names) : Keyword(SchemaPointer)
{
    public override string Shape =>
        $"dependentRequired {JsonSerializer.Serialize(Trigger)} {JsonSerializer.Serialize(Names.Order(StringComparer.Ordinal))}";

    public override bool Validate(JsonElement instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var valid = true;
        if (instance.ValueKind == JsonValueKind.Object && instance.TryGetProperty(Trigger, out _))
        {
            foreach (var name in Names)
            {
                valid &= instance.TryGetProperty(name, out _)
                    || evaluation.Fault(this, "required", $"The member '{name}' is missing, which '{Trigger}' needs.", name);
            }
        }

        return valid;
    }

    public static IEnumerable<Keyword> Read(SchemaReader reader, SchemaMember member) => reader.IsObject(member)
        ? member.Value.EnumerateObject().Select(child => Read(reader, member, child)).OfType<Keyword>().ToList()
        : [];

    public static Keyword? Read(SchemaReader reader, SchemaMember member, JsonProperty child)
    {
        var pointer = SchemaReader.Below(member.Pointer, child.Name);
        return reader.ReadNames(child.Value, pointer) is { } names ? new DependentRequiredKeyword(pointer, child.Name, names) : null;
    }
}

/// <summary>
/// <c>dependentSchemas</c> (JSON Schema Core §10.2.2.4), and the form of draft-07's <c>dependencies</c> that holds schemas:
/// where a member is, the whole object fits. Values that are no object pass.
/// </summary>
internal sealed record DependentSchemaKeyword(string SchemaPointer, string Trigger, SchemaNode Node) : Keyword(SchemaPointer)
{
    public override string Shape => $"dependentSchemas {JsonSerializer.Serialize(Trigger)}";

    public override IReadOnlyList<SchemaNode> Children => [Node];

    public override IReadOnlyList<SchemaNode> InPlace => [Node];

    public override bool Validate(JsonElement instance, Evaluation evaluation, Evaluated? evaluated) =>
        instance.ValueKind != JsonValueKind.Object || !instance.TryGetProperty(Trigger, out _) || Node.Validate(instance, evaluation, evaluated);

    public static IEnumerable<Keyword> Read(SchemaReader reader, SchemaMember member) =>
        reader.ReadMap(member).Select(child => new DependentSchemaKeyword(child.Node.Pointer, child.Name, child.Node)).ToList();

    /// <summary><c>dependencies</c> (draft-07 Validation §6.5.7).</summary>
    public static IEnumerable<Keyword> ReadDependencies(SchemaReader reader, SchemaMember member)
    {
        if (!reader.IsObject(member))
        {
            return [];
        }

        return member.Value.EnumerateObject().Select(child =>
        {
            var pointer = SchemaReader.Below(member.Pointer, child.Name);
            return child.Value.ValueKind == JsonValueKind.Array
                ? DependentRequiredKeyword.Read(reader, member, child)
                : new DependentSchemaKeyword(pointer, child.Name, reader.Read(child.Value, pointer));
        }).OfType<Keyword>().ToList();
    }
}
