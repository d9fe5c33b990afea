using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Events;

/// <summary>What an event says: a JSON object that is bounded and that any store can keep.</summary>
public sealed class Payload
{
    /// <summary>UTF-8 bytes as sent, whitespace included: 64 KiB.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Objects and arrays in one another, the payload itself counted.</summary>
    public const int MaxDepth = 32;

    private Payload(JsonElement json, RawJson text) => (Json, Text) = (json, text);

    /// <summary>The payload of an event that says nothing but that it happened: <c>{}</c>.</summary>
    public static Payload Empty { get; } = new(JsonElement.Parse("{}"u8), new RawJson("{}"u8.ToArray()));

    /// <summary>The parsed payload; it lives as long as the document it came from.</summary>
    public JsonElement Json { get; }

    /// <summary>The text as it was sent, less the whitespace between its tokens.</summary>
    public RawJson Text { get; }

    /// <summary>Takes a member of a request as a payload.</summary>
    /// <param name="isChecked">
    /// Whether the whole request is known to have no <see cref="JsonFault"/> at <see cref="MaxDepth"/>; then the payload is not checked.
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
