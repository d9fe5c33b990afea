using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// A value that is being checked. Derived data, such as the exact number, are computed and charged once, although many keywords of many
/// branches may need them.
/// </summary>
internal struct Instance(JsonElement json, Work work)
{
    /// <summary>Objects with more members look names up in a set.</summary>
    private const int ManyMembers = 16;

    private HashSet<string>? _names;
    private string? _canonical;
    private JsonNumber? _number;
    private int? _codePoints;

    public JsonElement Json { get; } = json;

    public Work Work { get; } = work;

    public readonly JsonValueKind Kind => Json.ValueKind;

    /// <summary>The value as the payload writes it.</summary>
    public readonly ReadOnlySpan<byte> Raw => JsonMarshal.GetRawUtf8Value(Json);

    /// <summary>The exact value of a number.</summary>
    public JsonNumber Number => _number ??= ReadNumber();

    /// <summary>The text of <see cref="CanonicalJson"/>.</summary>
    public string Canonical => _canonical ??= ReadCanonical();

    /// <summary>The length of a string in code points.</summary>
    public int CodePoints => _codePoints ??= CountCodePoints();

    /// <summary>Whether an object has a member.</summary>
    /// <param name="utf8">The same name in UTF-8.</param>
    public bool Has(string name, ReadOnlySpan<byte> utf8)
    {
        var count = Json.GetPropertyCount();
        if (count <= ManyMembers)
        {
            Work.Spend(1 + count);
            return Json.TryGetProperty(utf8, out _);
        }

        Work.Spend(6);
        return (_names ??= ReadNames()).Contains(name);
    }

    private readonly JsonNumber ReadNumber()
    {
        var length = Raw.Length;
        Work.Spend(4 + ((long)length * length / 100)); // the conversion of long decimals takes quadratic time
        return JsonNumber.Parse(Raw);
    }

    private readonly string ReadCanonical()
    {
        Work.Spend(70 + (3L * Raw.Length));
        return CanonicalJson.Of(Json);
    }

    private readonly int CountCodePoints()
    {
        Work.Spend(1 + (Raw.Length / 4));
        return JsonStrings.CountCodePoints(Json);
    }

    private readonly HashSet<string> ReadNames()
    {
        var names = new HashSet<string>(Json.GetPropertyCount(), StringComparer.Ordinal);
        foreach (var member in Json.EnumerateObject())
        {
            Work.Spend(20 + (JsonMarshal.GetRawUtf8PropertyName(member).Length / 4));
            names.Add(member.Name);
        }

        return names;
    }
}
