using System.Text;
using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// <c>dependentRequired</c> (JSON Schema Validation §6.5.4), and the form of draft-07's <c>dependencies</c> with names: an object with
/// the trigger member has the other members, too. Values other than objects pass.
/// </summary>
internal sealed record DependentRequiredKeyword(SchemaPlace Place, string Trigger, IReadOnlyList<string> Names) : Keyword(Place)
{
    private readonly byte[] _trigger = Encoding.UTF8.GetBytes(Trigger);
    private readonly (string Name, byte[] Utf8)[] _members = [.. Names.Select(name => (name, Encoding.UTF8.GetBytes(name)))];

    protected override string WriteShape() =>
        $"dependentRequired {JsonSerializer.Serialize(Trigger)} {JsonSerializer.Serialize(Names.Order(StringComparer.Ordinal))}";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var valid = true;
        if (instance.Kind == JsonValueKind.Object && instance.Has(Trigger, _trigger))
        {
            foreach (var (name, utf8) in _members)
            {
                if (evaluation.IsOver)
                {
                    break;
                }

                valid &= instance.Has(name, utf8)
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
        var place = reader.Below(member.Place, child.Name);
        return reader.ReadNames(child.Value, place) is { } names ? new DependentRequiredKeyword(place, child.Name, names) : null;
    }
}

/// <summary>
/// <c>dependentSchemas</c> (JSON Schema Core §10.2.2.4), and the form of draft-07's <c>dependencies</c> with schemas: an object with
/// the trigger member fits the schema. Values other than objects pass.
/// </summary>
internal sealed record DependentSchemaKeyword(SchemaPlace Place, string Trigger, SchemaNode Node) : Keyword(Place)
{
    private readonly byte[] _trigger = Encoding.UTF8.GetBytes(Trigger);

    protected override string WriteShape() => $"dependentSchemas {JsonSerializer.Serialize(Trigger)}";

    public override IReadOnlyList<SchemaNode> Children => [Node];

    public override IReadOnlyList<SchemaNode> InPlace => [Node];

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated) =>
        instance.Kind != JsonValueKind.Object || !instance.Has(Trigger, _trigger) || Node.Validate(ref instance, evaluation, evaluated);

    public static IEnumerable<Keyword> Read(SchemaReader reader, SchemaMember member) =>
        reader.ReadMap(member).Select(child => new DependentSchemaKeyword(child.Node.Place, child.Name, child.Node)).ToList();

    /// <summary><c>dependencies</c> (draft-07 Validation §6.5.7).</summary>
    public static IEnumerable<Keyword> ReadDependencies(SchemaReader reader, SchemaMember member)
    {
        if (!reader.IsObject(member))
        {
            return [];
        }

        return member.Value.EnumerateObject().Select(child =>
        {
            var place = reader.Below(member.Place, child.Name);
            return child.Value.ValueKind == JsonValueKind.Array
                ? DependentRequiredKeyword.Read(reader, member, child)
                : new DependentSchemaKeyword(place, child.Name, reader.Read(child.Value, place));
        }).OfType<Keyword>().ToList();
    }
}
