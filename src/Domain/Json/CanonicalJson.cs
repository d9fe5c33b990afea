using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;

namespace Flownally.Domain.Json;

/// <summary>One text for equal JSON values: members sorted by name, numbers in one form, strings escaped one way.</summary>
public static class CanonicalJson
{
    /// <summary>A value as that text.</summary>
    public static string Of(JsonElement json)
    {
        var text = new ArrayBufferWriter<byte>();
        Write(json, text);
        return Encoding.UTF8.GetString(text.WrittenSpan);
    }

    /// <summary>Writes a value as UTF-8. Its names and strings must be Unicode text.</summary>
    public static void Write(JsonElement json, IBufferWriter<byte> destination)
    {
        using var writer = new Utf8JsonWriter(destination, new JsonWriterOptions { SkipValidation = true });
        Write(json, writer);
    }

    private static void Write(JsonElement json, Utf8JsonWriter writer)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in json.EnumerateObject().OrderBy(member => member.Name, StringComparer.Ordinal))
                {
                    writer.WritePropertyName(member.Name);
                    Write(member.Value, writer);
                }

                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var element in json.EnumerateArray())
                {
                    Write(element, writer);
                }

                writer.WriteEndArray();
                break;
            case JsonValueKind.Number:
                writer.WriteRawValue(JsonNumber.Parse(JsonMarshal.GetRawUtf8Value(json)).ToString(), skipInputValidation: true);
                break;
            default:
                json.WriteTo(writer);
                break;
        }
    }
}
