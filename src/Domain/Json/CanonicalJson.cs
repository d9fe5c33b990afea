using System.Buffers;
using System.Buffers.Text;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Flownally.Domain.Json;

/// <summary>
/// Writes a JSON value as a text that is the same for equal values only: members are sorted by name, numbers have one form, and
/// names and strings have no escapes and are prefixed by their length. The text is for comparison; it is not JSON.
/// </summary>
public static class CanonicalJson
{
    public static string Of(JsonElement json)
    {
        var text = new ArrayBufferWriter<byte>();
        Write(json, text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>Writes the text as UTF-8. All names and strings must be valid Unicode.</summary>
    public static void Write(JsonElement json, IBufferWriter<byte> destination)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                WriteMembers(json, destination);
                break;
            case JsonValueKind.Array:
                destination.Write("["u8);
                foreach (var element in json.EnumerateArray())
                {
                    Write(element, destination);
                    destination.Write(","u8);
                }

                destination.Write("]"u8);
                break;
            case JsonValueKind.String:
                WriteText(Unescaped(json), destination);
                break;
            case JsonValueKind.Number:
                WriteNumber(JsonMarshal.GetRawUtf8Value(json), destination);
                break;
            default:
                destination.Write(JsonMarshal.GetRawUtf8Value(json));
                break;
        }
    }

    private static void WriteMembers(JsonElement json, IBufferWriter<byte> destination)
    {
        var members = new JsonProperty[json.GetPropertyCount()]; // ToArray would grow an array several times
        var count = 0;
        foreach (var member in json.EnumerateObject())
        {
            members[count++] = member;
        }

        Array.Sort(members, static (left, right) => UnescapedName(left).SequenceCompareTo(UnescapedName(right)));
        destination.Write("{"u8);
        foreach (var member in members)
        {
            WriteText(UnescapedName(member), destination);
            destination.Write(":"u8);
            Write(member.Value, destination);
            destination.Write(","u8);
        }

        destination.Write("}"u8);
    }

    private static void WriteNumber(ReadOnlySpan<byte> number, IBufferWriter<byte> destination)
    {
        if (JsonNumber.IsPlainInteger(number) && number[^1] != '0')
        {
            destination.Write(number); // already in the canonical form
        }
        else
        {
            Encoding.UTF8.GetBytes(JsonNumber.Parse(number).ToString(), destination);
        }
    }

    private static void WriteText(ReadOnlySpan<byte> text, IBufferWriter<byte> destination)
    {
        Utf8Formatter.TryFormat(text.Length, destination.GetSpan(sizeof(long) * 2), out var digits);
        destination.Advance(digits);
        destination.Write("\""u8);
        destination.Write(text);
    }

    private static ReadOnlySpan<byte> Unescaped(JsonElement text)
    {
        var raw = JsonMarshal.GetRawUtf8Value(text)[1..^1];
        return raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(text.GetString()!) : raw;
    }

    private static ReadOnlySpan<byte> UnescapedName(JsonProperty member)
    {
        var raw = JsonMarshal.GetRawUtf8PropertyName(member);
        return raw.Contains((byte)'\\') ? Encoding.UTF8.GetBytes(member.Name) : raw;
    }
}
