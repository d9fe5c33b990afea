using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Flownally.Domain.Json;
using Flownally.Domain.Schemas.Patterns;

namespace Flownally.Domain.Schemas;

/// <summary>
/// <c>properties</c>, <c>patternProperties</c> and <c>additionalProperties</c> (JSON Schema Core §10.3.2.1 to §10.3.2.3) as one rule:
/// the last applies to members that are neither named nor match a pattern. Values other than objects pass.
/// </summary>
/// <param name="Additional">Null accepts all other members.</param>
internal sealed record PropertiesKeyword(SchemaPlace Place, NamedSchema[] Named, PatternSchema[] Patterns, AdditionalProperties? Additional)
    : Keyword(Place)
{
    private readonly Dictionary<string, NamedSchema> _byName = Named.ToDictionary(named => named.Name, StringComparer.Ordinal);

    protected override string WriteShape() => $"properties {JsonSerializer.Serialize(Named.Select(named => named.Name))} "
        + $"{JsonSerializer.Serialize(Patterns.Select(pattern => pattern.Pattern))} {Additional is not null}";

    public override IReadOnlyList<SchemaNode> Children =>
    [
        .. Named.Select(named => named.Node), .. Patterns.Select(pattern => pattern.Node),
        .. Additional is null ? (SchemaNode[])[] : [Additional.Node],
    ];

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        if (instance.Kind != JsonValueKind.Object)
        {
            return true;
        }

        var valid = true;
        foreach (var member in instance.Json.EnumerateObject())
        {
            valid &= Validate(member, evaluation, evaluated);
            if (!valid && (!evaluation.Collects || evaluation.IsOver))
            {
                return false;
            }
        }

        return valid;
    }

    /// <summary>The schema of a named member, or null.</summary>
    public SchemaNode? Find(string name) => _byName.GetValueOrDefault(name)?.Node;

    /// <summary>
    /// Reads the three keywords together when the first of them is read. An <c>unevaluatedProperties</c> that is equivalent to
    /// <c>additionalProperties</c> takes its place.
    /// </summary>
    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        var isUnevaluated = member.Sibling("additionalProperties") is null
            && reader.Dialect.Keywords.ContainsKey("unevaluatedProperties") && UnevaluatedPropertiesKeyword.IsAlone(member);
        var last = isUnevaluated ? "unevaluatedProperties" : "additionalProperties";
        string[] together = ["properties", "patternProperties", last];
        if (together.First(name => member.Sibling(name) is not null) != member.Name)
        {
            return null;
        }

        var named = member.Sibling("properties") is { } properties
            ? reader.ReadMap(properties).Select(child => new NamedSchema(child.Name, child.Node))
            : [];
        var patterns = member.Sibling("patternProperties") is { } expressions ? ReadPatterns(reader, expressions) : [];
        var additional = member.Sibling(last) is { } rest
            ? new AdditionalProperties(rest.Place, reader.Read(rest.Value, rest.Place, mayBeBoolean: true))
            : null;
        return new PropertiesKeyword(member.Place, [.. named.OrderBy(child => child.Name, StringComparer.Ordinal)],
            [.. patterns.OrderBy(child => child.Pattern, StringComparer.Ordinal)], additional);
    }

    /// <summary>Each name of a payload is matched with all patterns, so together they have the limit of one pattern.</summary>
    private static List<PatternSchema> ReadPatterns(SchemaReader reader, SchemaMember member)
    {
        var patterns = reader.ReadMap(member)
            .Select(child => reader.Patterns.Read(child.Name, child.Node.Place) is { } program
                ? new PatternSchema(child.Name, program, child.Node)
                : null)
            .OfType<PatternSchema>().ToList();
        if (patterns.Sum(pattern => pattern.Program.Length) > reader.Patterns.MaxSteps)
        {
            reader.Fault(member.Place, "tooLarge", $"The patterns of one patternProperties may take {reader.Patterns.MaxSteps} steps"
                + " together. Use fewer or simpler ones, or properties.");
        }

        return patterns;
    }

    private bool Validate(JsonProperty member, Evaluation evaluation, Evaluated? evaluated)
    {
        evaluation.Work.Spend(4 + (JsonMarshal.GetRawUtf8PropertyName(member).Length / 4));
        var (valid, isCovered) = (true, false);
        if (Find(member) is { } named)
        {
            valid = evaluation.Member(member, named.Node);
            isCovered = true;
        }

        foreach (var pattern in Patterns)
        {
            if (JsonStrings.ReadName(member, (pattern.Program, evaluation.Work),
                static (name, pattern) => pattern.Program.IsMatch(name, pattern.Work)))
            {
                valid &= evaluation.Member(member, pattern.Node);
                isCovered = true;
            }
        }

        if (!isCovered && Additional is not null)
        {
            valid = Additional.Validate(member, evaluation);
        }

        if (isCovered || Additional is not null)
        {
            evaluated?.Add(member.Name);
        }

        return valid;
    }

    /// <summary>Compares few names one by one, and looks up many names.</summary>
    private NamedSchema? Find(JsonProperty member)
    {
        const int Few = 8;
        if (Named.Length > Few)
        {
            return JsonStrings.ReadName(member, _byName, static (name, byName) =>
                byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out var found) ? found : null);
        }

        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        foreach (var named in Named)
        {
            if (JsonStrings.NameEquals(member, raw, named.Utf8))
            {
                return named;
            }
        }

        return null;
    }
}

/// <summary>The schema of a named member.</summary>
internal sealed record NamedSchema(string Name, SchemaNode Node)
{
    public byte[] Utf8 { get; } = Encoding.UTF8.GetBytes(Name);
}

/// <summary>The schema of the members whose names match a pattern.</summary>
internal sealed record PatternSchema(string Pattern, PatternProgram Program, SchemaNode Node);

/// <summary>The schema of all other members.</summary>
internal sealed record AdditionalProperties(SchemaPlace Place, SchemaNode Node) : Keyword(Place)
{
    protected override string WriteShape() => "additionalProperties";

    public bool Validate(JsonProperty member, Evaluation evaluation) => Node.IsNothing
        ? evaluation.Fault(this, "additionalProperty", "The schema does not allow this member.", evaluation.Collects ? member.Name : null)
        : evaluation.Member(member, Node);

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated) =>
        Node.Validate(ref instance, evaluation, evaluated);
}

/// <summary><c>required</c> (JSON Schema Validation §6.5.3): an object has all these members. Other values pass.</summary>
internal sealed record RequiredKeyword(SchemaPlace Place, string[] Names) : Keyword(Place)
{
    private readonly (string Name, byte[] Utf8)[] _members = [.. Names.Select(name => (name, Encoding.UTF8.GetBytes(name)))];

    protected override string WriteShape() => "required " + JsonSerializer.Serialize(Names.Order(StringComparer.Ordinal));

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var valid = true;
        if (instance.Kind == JsonValueKind.Object)
        {
            foreach (var (name, utf8) in _members)
            {
                valid &= instance.Has(name, utf8) || evaluation.Fault(this, "required", $"The member '{name}' is missing.", name);
                if (evaluation.IsOver || (!valid && !evaluation.Collects))
                {
                    return false;
                }
            }
        }

        return valid;
    }

    public static Keyword? Read(SchemaReader reader, SchemaMember member) =>
        reader.ReadNames(member.Value, member.Place) is { } names ? new RequiredKeyword(member.Place, [.. names]) : null;
}

/// <summary><c>propertyNames</c> (JSON Schema Core §10.3.2.4): the name of each member, as a string, fits. Other values pass.</summary>
internal sealed record PropertyNamesKeyword(SchemaPlace Place, SchemaNode Node) : Keyword(Place)
{
    protected override string WriteShape() => "propertyNames";

    public override IReadOnlyList<SchemaNode> Children => [Node];

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var valid = true;
        if (instance.Kind == JsonValueKind.Object)
        {
            foreach (var member in instance.Json.EnumerateObject())
            {
                evaluation.Work.Spend(200 + JsonMarshal.GetRawUtf8PropertyName(member).Length);
                var name = new Instance(NameOf(member.Name), evaluation.Work);
                valid &= evaluation.Try(Node, ref name, null)
                    || evaluation.Fault(
                        this, "nameNotAllowed", "The schema does not allow this member name.", evaluation.Collects ? member.Name : null);
                if (evaluation.IsOver)
                {
                    return false;
                }
            }
        }

        return valid;
    }

    /// <summary>Converts a name to a JSON string.</summary>
    public static JsonElement NameOf(string name) => JsonSerializer.SerializeToElement(name);

    public static Keyword Read(SchemaReader reader, SchemaMember member) =>
        new PropertyNamesKeyword(member.Place, reader.Read(member.Value, member.Place));
}
