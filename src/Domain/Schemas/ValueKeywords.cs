using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary><c>enum</c> and <c>const</c> (JSON Schema Validation §6.1.2, §6.1.3): the value equals one of these JSON values.</summary>
internal sealed record ValueKeyword(SchemaPlace Place, JsonElement[] Values) : Keyword(Place)
{
    private const int MaxValues = 500;
    private const int MaxShown = 10;
    private const int MaxShownLength = 40;
    private const int FewValues = 8;

    private readonly HashSet<string> _canonical = [.. Values.Select(CanonicalJson.Of)];

    public override bool AllowsObjects => Values.Any(value => value.ValueKind == JsonValueKind.Object);

    public override SchemaTypes Types { get; } = Values.Aggregate(SchemaTypes.None, (types, value) => types | TypesOf(value));

    protected override string WriteShape() => "enum " + string.Join(',', _canonical.Order(StringComparer.Ordinal));

    public override bool Validate(ref Instance instance, Evaluation evaluation, Evaluated? evaluated) => Holds(ref instance)
        || evaluation.Fault(this, "notInEnum", $"Expected one of {Shown}; found {Found(instance)}.");

    /// <summary>A set of canonical texts finds equal values. Few short strings are the usual case, and are compared directly.</summary>
    private bool Holds(ref Instance instance)
    {
        if (instance.Kind == JsonValueKind.String && Values.Length <= FewValues)
        {
            instance.Work.Spend(1 + Values.Length);
            foreach (var value in Values)
            {
                if (value.ValueKind == JsonValueKind.String && JsonMarshal.GetRawUtf8Value(value).SequenceEqual(instance.Raw))
                {
                    return true;
                }
            }
        }

        return _canonical.Contains(instance.Canonical);
    }

    /// <summary>Whether both lists have a value in common.</summary>
    public bool Overlaps(ValueKeyword other) => _canonical.Count <= other._canonical.Count
        ? _canonical.Any(other._canonical.Contains)
        : other._canonical.Any(_canonical.Contains);

    private static string Found(Instance instance) =>
        Shorten(Encoding.UTF8.GetString(instance.Raw[..Math.Min(instance.Raw.Length, 4 * MaxShownLength)]));

    private string Shown =>
        string.Join(", ", Values.Take(MaxShown).Select(value => Shorten(value.GetRawText()))) + (Values.Length > MaxShown ? ", …" : "");

    public static Keyword ReadConst(SchemaMember member) => new ValueKeyword(member.Place, [member.Value]);

    public static Keyword? ReadEnum(SchemaReader reader, SchemaMember member)
    {
        if (member.Value.ValueKind == JsonValueKind.Array && member.Value.GetArrayLength() is > 0 and <= MaxValues)
        {
            return new ValueKeyword(member.Place, [.. member.Value.EnumerateArray()]);
        }

        reader.Fault(member.Place, "malformed", $"enum is an array of 1 to {MaxValues} values.");
        return null;
    }

    /// <summary>All forms of a whole number are equal.</summary>
    private static SchemaTypes TypesOf(JsonElement value)
    {
        var type = TypeKeyword.Of(value);
        return type.HasAny(SchemaTypes.Integer) ? SchemaTypes.Integer : type;
    }

    private static string Shorten(string json) => FieldViolation.Cut(json, MaxShownLength + 1);
}
