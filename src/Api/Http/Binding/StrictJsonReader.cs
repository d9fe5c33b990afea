using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Flownally.Api.Http.Problems;
using Flownally.Domain;
using Flownally.Domain.Json;

namespace Flownally.Api.Http.Binding;

/// <summary>
/// Reads a request from the text of a body: checks the text, parses it, and reports all faults as one error. Each item of a batch is read
/// like a separate body.
/// </summary>
internal sealed class StrictJsonReader(JsonSerializerOptions options)
{
    /// <summary>Nested objects and arrays. More than payloads and schemas may have, so that their own errors apply first.</summary>
    private const int MaxDepth = 64;

    /// <summary>Some writers start a text with it; a reader may ignore it (RFC 8259 §8.1).</summary>
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <param name="documents">Owns the parsed documents that the request refers to.</param>
    public Result<object> Read(ReadOnlyMemory<byte> utf8, Type type, JsonDocuments documents)
    {
        try
        {
            utf8 = utf8.Span.StartsWith(ByteOrderMark) ? utf8[ByteOrderMark.Length..] : utf8;
            return BatchOf(type) is { } batch
                ? Read(BatchText.Split(utf8, batch.Name), type, Batch.ItemType(batch.PropertyType)!, documents)
                : Read(utf8, type, documents, batch: null);
        }
        catch (JsonException exception)
        {
            return new MalformedJson(exception);
        }
    }

    private Result<object> Read(BatchText text, Type type, Type item, JsonDocuments documents) => Read(text.Rest, type, documents,
        text.Items is null ? null : new BatchItems(text.Count, text.Items.Select(one => Read(one, item, documents, batch: null))));

    /// <param name="batch">The items of the batch, whose array in the text is empty; null without a batch.</param>
    private Result<object> Read(ReadOnlyMemory<byte> utf8, Type type, JsonDocuments documents, BatchItems? batch)
    {
        // Checked before parsing, which compares members in quadratic time at great depths and cannot read half a surrogate.
        var unstorable = JsonText.FindFaults(utf8.Span, MaxDepth, out var depth);
        if (unstorable.Count > 0)
        {
            return Refusal(unstorable);
        }

        if (!documents.TryParse(utf8, MaxDepth, out var json))
        {
            return new DuplicateMember(JsonDuplicates.Find(json));
        }

        var faults = new RequestFaults(depth);
        var value = new JsonValueReader(options, faults, batch).Read(json, type, new RequestPointer(Parent: "", Name: null));
        if (faults.Refusal is { } refusal)
        {
            return refusal;
        }

        return value!;
    }

    private static Error Refusal(IReadOnlyList<JsonFault> faults)
    {
        var encoding = faults.Where(fault => fault.IsEncoding).ToList();
        return encoding.Count > 0
            ? new MalformedJson([.. encoding.Select(fault => new FieldViolation(fault.Pointer, "notUtf8", fault.Message))])
            : new ValidationFailed([.. faults.Select(fault => new FieldViolation(fault.Pointer, "unstorable", fault.Message))]);
    }

    private JsonPropertyInfo? BatchOf(Type type) =>
        options.GetTypeInfo(type).Properties.FirstOrDefault(member => Batch.ItemType(member.PropertyType) is not null);
}
