using System.Text.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// <c>properties</c> and <c>additionalProperties</c> (JSON Schema Core §10.3.2.1, §10.3.2.3), which speak together:
/// a member that is not named falls to the other. Values that are no object pass.
/// </summary>
/// <param name="Additional">For members that are not named; null lets them pass.</param>
internal sealed record PropertiesKeyword(string SchemaPointer, IReadOnlyDictionary<string, SchemaNode> Properties, AdditionalProperties? Additional)
    : Keyword(SchemaPointer)
{
    public override void Validate(JsonElement instance, Evaluation evaluation)
    {
        if (instance.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var member in instance.EnumerateObject())
        {
            var name = member.Name;
            if (Properties.TryGetValue(name, out var node))
            {
                evaluation.Enter(name);
                node.Validate(member.Value, evaluation);
                evaluation.Leave();
            }
            else
            {
                Additional?.Validate(name, member.Value, evaluation);
            }
        }
    }

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind != JsonValueKind.Object)
        {
            reader.Fault(member.Pointer, "malformed", "properties is an object of schemas.");
            return null;
        }

        var properties = reader.ReadAll(member);
        var additional = member.Sibling("additionalProperties") is { } sibling ? AdditionalProperties.Of(reader, sibling) : null;
        return new PropertiesKeyword(member.Pointer, properties, additional);
    }

    /// <summary>Beside <c>properties</c> it is read there.</summary>
    public static Keyword? ReadAdditional(SchemaReader reader, SchemaMember member) => member.Sibling("properties") is null
        ? new PropertiesKeyword(member.Pointer, new Dictionary<string, SchemaNode>(), AdditionalProperties.Of(reader, member))
        : null;
}

/// <summary>What members that are not named must fit.</summary>
internal sealed record AdditionalProperties(string SchemaPointer, SchemaNode Node) : Keyword(SchemaPointer)
{
    private bool Closed => Node.Keywords is [NothingKeyword];

    public static AdditionalProperties Of(SchemaReader reader, SchemaMember member) => new(member.Pointer, reader.Read(member.Value, member.Pointer));

    public void Validate(string name, JsonElement value, Evaluation evaluation)
    {
        if (Closed)
        {
            evaluation.Fault(this, "additionalProperty", "The schema does not know this member and takes no others.", name);
            return;
        }

        evaluation.Enter(name);
        Validate(value, evaluation);
        evaluation.Leave();
    }

    public override void Validate(JsonElement instance, Evaluation evaluation) => Node.Validate(instance, evaluation);
}

/// <summary><c>required</c> (JSON Schema Validation §6.5.3): an object has all these members. Other values pass.</summary>
internal sealed record RequiredKeyword(string SchemaPointer, IReadOnlyList<string> Names) : Keyword(SchemaPointer)
{
    public override void Validate(JsonElement instance, Evaluation evaluation)
    {
        if (instance.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var name in Names)
        {
            if (!instance.TryGetProperty(name, out _))
            {
                evaluation.Fault(this, "required", $"The member '{name}' is missing.", name);
            }
        }
    }

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.Array && member.Value.EnumerateArray().All(name => name.ValueKind == JsonValueKind.String))
        {
            var names = member.Value.EnumerateArray().Select(name => name.GetString()!).ToList();
            if (names.Distinct().Count() == names.Count)
            {
                return new RequiredKeyword(member.Pointer, names);
            }
        }

        reader.Fault(member.Pointer, "malformed", "required is an array of names, each once.");
        return null;
    }
}
