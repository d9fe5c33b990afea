using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>The types of JSON Schema. A whole number, even 1.0, is both a number and an integer.</summary>
[Flags]
internal enum SchemaTypes
{
    None = 0,
    Array = 1,
    Boolean = 2,
    Null = 4,
    Object = 8,
    String = 16,

    /// <summary>Whole numbers without fraction and exponent: the integers of draft-04.</summary>
    PlainInteger = 32,

    /// <summary>Whole numbers in another form, such as 1.0 or 1e2.</summary>
    OtherInteger = 128,
    Integer = PlainInteger | OtherInteger,

    /// <summary>Numbers that are not whole. The type <c>number</c> consists of these and <see cref="Integer"/>.</summary>
    Fraction = 64,
    Number = Integer | Fraction,
    All = Array | Boolean | Null | Object | String | Number,
}

/// <summary><c>type</c> (JSON Schema Validation §6.1.1): the value has one of the named types.</summary>
internal sealed record TypeKeyword(SchemaPlace Place, SchemaTypes Named, string Words) : Keyword(Place)
{
    private static readonly Dictionary<string, SchemaTypes> Known = new()
    {
        ["array"] = SchemaTypes.Array,
        ["boolean"] = SchemaTypes.Boolean,
        ["integer"] = SchemaTypes.Integer,
        ["null"] = SchemaTypes.Null,
        ["number"] = SchemaTypes.Number,
        ["object"] = SchemaTypes.Object,
        ["string"] = SchemaTypes.String,
    };

    public override bool AllowsObjects => Named.HasFlag(SchemaTypes.Object);

    public override SchemaTypes Types => Named;

    protected override string WriteShape() => $"type {Named}";

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated) => (Of(ref instance) & Named) != 0
        || evaluation.Fault(this, "typeMismatch", $"Expected {Words}, found {JsonKinds.Describe(instance.Kind)}.");

    private SchemaTypes Of(ref Instance instance)
    {
        if (instance.Kind == JsonValueKind.Number)
        {
            instance.Work.Spend(1 + (instance.Raw.Length / 8));
        }

        return Of(instance.Json, Named);
    }

    /// <summary>The type of a value. Numbers are parsed only if <paramref name="relevant"/> distinguishes their types.</summary>
    public static SchemaTypes Of(JsonElement instance, SchemaTypes relevant = SchemaTypes.All) => instance.ValueKind switch
    {
        JsonValueKind.Array => SchemaTypes.Array,
        JsonValueKind.True or JsonValueKind.False => SchemaTypes.Boolean,
        JsonValueKind.Null => SchemaTypes.Null,
        JsonValueKind.Object => SchemaTypes.Object,
        JsonValueKind.String => SchemaTypes.String,
        _ when relevant.HasFlag(SchemaTypes.Number) && relevant != SchemaTypes.All => SchemaTypes.Number,
        _ => OfNumber(JsonMarshal.GetRawUtf8Value(instance)),
    };

    private static SchemaTypes OfNumber(ReadOnlySpan<byte> number) => JsonNumber.IsPlainInteger(number) ? SchemaTypes.PlainInteger
        : JsonNumber.Parse(number).IsInteger ? SchemaTypes.OtherInteger
        : SchemaTypes.Fraction;

    public static Keyword? Read(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind != JsonValueKind.Array)
        {
            return Name(reader, member.Value, member.Place) is { } one ? Of(reader, member.Place, [one]) : null;
        }

        var names = member.Value.EnumerateArray()
            .Select((value, i) => Name(reader, value, reader.Below(member.Place, i))).OfType<string>().ToList();
        if (names.Count == 0 || names.Distinct().Count() < names.Count)
        {
            reader.Fault(member.Place, "malformed", "type is a name, or an array of one or more distinct names.");
        }

        return Of(reader, member.Place, names);
    }

    /// <summary>In draft-04, 1.0 is not an integer (Core §3.5).</summary>
    private static TypeKeyword Of(SchemaReader reader, SchemaPlace place, IReadOnlyList<string> names)
    {
        var isDraft4 = reader.Dialect.IsDraft4;
        var types = names.Aggregate(SchemaTypes.None, (types, name) =>
            types | (isDraft4 && name == "integer" ? SchemaTypes.PlainInteger : Known[name]));
        return new TypeKeyword(place, types,
            string.Join(" or ", names.Select(name => isDraft4 && name == "integer" ? "integer without fraction and exponent" : name)));
    }

    private static string? Name(SchemaReader reader, JsonElement value, SchemaPlace place)
    {
        var name = value.ValueKind == JsonValueKind.String ? value.GetString() : null;
        if (name is not null && Known.ContainsKey(name))
        {
            return name;
        }

        reader.Fault(place, "malformed", $"A type is one of {string.Join(", ", Known.Keys)}.{SpellingHint.For(name, Known.Keys)}");
        return null;
    }
}

internal static class SchemaTypesExtensions
{
    public static bool HasAny(this SchemaTypes types, SchemaTypes some) => (types & some) != 0;
}
