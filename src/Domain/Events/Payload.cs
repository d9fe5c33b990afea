using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Events;

/// <summary>The data of an event: a JSON object within limits of size, depth and numbers (see <see cref="JsonText"/>).</summary>
public sealed class Payload
{
    /// <summary>Limit of the UTF-8 text as sent, including whitespace: 64 KiB.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Limit of nested objects and arrays, including the payload itself.</summary>
    public const int MaxDepth = 32;

    private Payload(JsonElement json, RawJson text) => (Json, Text) = (json, text);

    /// <summary>The default payload: <c>{}</c>.</summary>
    public static Payload Empty { get; } = new(JsonElement.Parse("{}"u8), new RawJson("{}"u8.ToArray()));

    /// <summary>The parsed payload. It is valid until its JSON document is disposed.</summary>
    public JsonElement Json { get; }

    /// <summary>The text as sent, without the whitespace between tokens.</summary>
    public RawJson Text { get; }

    /// <summary>Reads the payload of a request.</summary>
    /// <param name="isChecked">
    /// Whether the caller has already checked the whole request for a <see cref="JsonFault"/> at <see cref="MaxDepth"/>.
    /// </param>
    /// <returns>The payload, or <see cref="PayloadTooLarge"/> or <see cref="ValidationFailed"/>.</returns>
    public static Result<Payload> Parse(JsonElement json, bool isChecked = false)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            return new ValidationFailed([new FieldViolation("/payload", "typeMismatch",
                $"The payload is a JSON object, not {JsonKinds.Describe(json.ValueKind)}.")]);
        }

        var utf8 = JsonMarshal.GetRawUtf8Value(json);
        if (utf8.Length > MaxBytes)
        {
            return new PayloadTooLarge(utf8.Length);
        }

        var faults = isChecked ? [] : JsonText.FindFaults(utf8, MaxDepth);
        return faults.Count > 0
            ? new ValidationFailed([.. faults.Select(fault =>
                new FieldViolation("/payload" + fault.Pointer, "unstorable", fault.Message))])
            : new Payload(json, new RawJson(JsonText.Minify(utf8)));
    }
}
