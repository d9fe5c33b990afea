using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// <c>properties</c>, <c>patternProperties</c> and <c>additionalProperties</c> (JSON Schema Core §10.3.2.1 to §10.3.2.3),
/// which speak together: a member that neither is named nor matches falls to the last. Values that are no object pass.
/// </summary>
/// <param name="Additional">For all other members; null lets them pass.</param>
internal sealed record PropertiesKeyword(string SchemaPointer, NamedSchema[] Named, PatternSchema[] Patterns, AdditionalProperties? Additional)
    : Keyword(SchemaPointer)
{
    /// <summary>A bit for each of <see cref="Named"/> that must be there.</summary>
    private ulong RequiredNames { get; set; }

    public override string Shape => $"properties {JsonSerializer.Serialize(Named.Select(named => named.Name))} {JsonSerializer.Serialize(Patterns.Select(pattern => pattern.Pattern))} {Additional is not null}";

    public override IReadOnlyList<SchemaNode> Children =>
        [.. Named.Select(named => named.Node), .. Patterns.Select(pattern => pattern.Node), .. Additional is null ? (SchemaNode[])[] : [Additional.Node]];

    public override bool Validate(JsonElement instance, Evaluation evaluation, Evaluated? evaluated)
    {
        if (instance.ValueKind != JsonValueKind.Object)
        {
            return true;
        }

        var valid = true;
        var missing = evaluation.Collects ? 0 : RequiredNames;
        foreach (var member in instance.EnumerateObject())
        {
            valid &= Validate(member, evaluation, evaluated, ref missing);
            if (!valid && !evaluation.Collects)
            {
                return false;
            }
        }

        return valid && missing == 0;
    }

    /// <summary>
    /// Takes on <c>required</c> where nobody asks what is missing: the members are looked at anyway.
    /// </summary>
    /// <returns>False where it names a member that <c>properties</c> does not; then nothing changes.</returns>
    public bool TakeOn(RequiredKeyword required)
    {
        var names = 0UL;
        foreach (var name in required.Names)
        {
            var index = Array.FindIndex(Named, named => named.Name == name);
            if (index is < 0 or >= 64)
            {
                return false;
            }

            names |= 1UL << index;
        }

        RequiredNames = names;
        return true;
    }

    /// <summary>The schema of a named member, or null.</summary>
    public SchemaNode? Find(string name) => Named.FirstOrDefault(named => named.Name == name)?.Node;

    /// <summary>The three keywords are read together, with whichever of them stands first.</summary>
    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        string[] together = ["properties", "patternProperties", "additionalProperties"];
        if (together.First(name => member.Sibling(name) is not null) != member.Name)
        {
            return null;
        }

        var named = member.Sibling("properties") is { } properties
            ? reader.ReadMap(properties).Select(child => new NamedSchema(child.Name, Encoding.UTF8.GetBytes(child.Name), child.Node))
            : [];
        var patterns = member.Sibling("patternProperties") is { } expressions
            ? reader.ReadMap(expressions).Select(child => PatternKeyword.Compile(reader, child.Name, child.Node.Pointer) is { } regex
                ? new PatternSchema(child.Name, regex, child.Node)
                : null).OfType<PatternSchema>()
            : [];
        var additional = member.Sibling("additionalProperties") is { } rest ? new AdditionalProperties(rest.Pointer, reader.Read(rest.Value, rest.Pointer)) : null;
        return new PropertiesKeyword(member.Pointer, [.. named.OrderBy(child => child.Name, StringComparer.Ordinal)],
            [.. patterns.OrderBy(child => child.Pattern, StringComparer.Ordinal)], additional);
    }

    private bool Validate(JsonProperty member, Evaluation evaluation, Evaluated? evaluated, ref ulong missing)
    {
        var (valid, known) = (true, false);
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        for (var i = 0; i < Named.Length; i++)
        {
            if (JsonStrings.NameEquals(member, raw, Named[i].Utf8))
            {
                valid = evaluation.Member(member, Named[i].Node);
                known = true;
                missing &= ~(1UL << i);
                break;
            }
        }

        foreach (var pattern in Patterns)
        {
            if (evaluation.Step() && JsonStrings.AskName(member, pattern.Regex, static (name, regex) => regex.IsMatch(name)))
            {
                valid &= evaluation.Member(member, pattern.Node);
                known = true;
            }
        }

        if (!known && Additional is not null)
        {
            valid = Additional.Validate(member, evaluation);
        }

        if (known || Additional is not null)
        {
            evaluated?.Add(member.Name);
        }

        return valid;
    }
}

/// <param name="Utf8">The name as it stands in a payload.</param>
internal sealed record NamedSchema(string Name, byte[] Utf8, SchemaNode Node);

internal sealed record PatternSchema(string Pattern, Regex Regex, SchemaNode Node);

/// <summary>What all other members must fit.</summary>
internal sealed record AdditionalProperties(string SchemaPointer, SchemaNode Node) : Keyword(SchemaPointer)
{
    public override string Shape => "additionalProperties";

    public bool Validate(JsonProperty member, Evaluation evaluation) => Node.IsNothing
        ? evaluation.Fault(this, "additionalProperty", "The schema does not know this member and takes no others.", evaluation.Collects ? member.Name : null)
        : evaluation.Member(member, Node);

    public override bool Validate(JsonElement instance, Evaluation evaluation, Evaluated? evaluated) => Node.Validate(instance, evaluation, evaluated);
}

/// <summary><c>required</c> (JSON Schema Validation §6.5.3): an object has all these members. Other values pass.</summary>
internal sealed record RequiredKeyword(string SchemaPointer, string[] Names) : Keyword(SchemaPointer)
{
    private readonly byte[][] _utf8 = [.. Names.Select(Encoding.UTF8.GetBytes)];

    public override string Shape => "required " + JsonSerializer.Serialize(Names.Order(StringComparer.Ordinal));

    public override bool Validate(JsonElement instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var valid = true;
        if (instance.ValueKind == JsonValueKind.Object)
        {
            for (var i = 0; i < Names.Length; i++)
            {
                valid &= instance.TryGetProperty(_utf8[i], out _) || evaluation.Fault(this, "required", $"The member '{Names[i]}' is missing.", Names[i]);
            }
        }

        return valid;
    }

    public static Keyword? Read(SchemaReader reader, SchemaMember member) =>
        reader.ReadNames(member.Value, member.Pointer) is { } names ? new RequiredKeyword(member.Pointer, [.. names]) : null;
}

/// <summary><c>propertyNames</c> (JSON Schema Core §10.3.2.4): the name of every member, as a string, fits. Other values pass.</summary>
internal sealed record PropertyNamesKeyword(string SchemaPointer, SchemaNode Node) : Keyword(SchemaPointer)
{
    public override string Shape => "propertyNames";

    public override IReadOnlyList<SchemaNode> Children => [Node];

    public override bool Validate(JsonElement instance, Evaluation evaluation, Evaluated? evaluated)
    {
        var valid = true;
        if (instance.ValueKind == JsonValueKind.Object)
        {
            foreach (var member in instance.EnumerateObject())
            {
                valid &= evaluation.Try(Node, NameOf(member.Name), null)
                    || evaluation.Fault(this, "nameNotAllowed", "A member must not be called so.", evaluation.Collects ? member.Name : null);
            }
        }

        return valid;
    }

    /// <summary>A name as a value of its own.</summary>
    public static JsonElement NameOf(string name) => JsonSerializer.SerializeToElement(name);

    public static Keyword Read(SchemaReader reader, SchemaMember member) => new PropertyNamesKeyword(member.Pointer, reader.Read(member.Value, member.Pointer));
}
