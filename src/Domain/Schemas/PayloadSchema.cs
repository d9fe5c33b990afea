using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// A compiled JSON Schema that payloads must fit: 2020-12, or an earlier draft from draft-04 on that its <c>$schema</c> names.
/// Every keyword is enforced, or the schema is refused. Immutable.
/// </summary>
public sealed class PayloadSchema
{
    /// <summary>Limit of the UTF-8 text as sent: 64 KiB.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Limit of nested objects and arrays, including the schema itself.</summary>
    public const int MaxDepth = 32;

    /// <summary>The schema <c>{}</c>, which accepts every payload.</summary>
    public static readonly PayloadSchema Anything = Parse(JsonElement.Parse("{}")).Value;

    /// <summary>Memory per byte of the text: it is stored as text, as parsed JSON, and in the rules.</summary>
    private const int BytesPerTextByte = 8;

    private readonly SchemaNode _root;

    private PayloadSchema(SchemaNode root, byte[] utf8, long weight) => (_root, Utf8, Weight) = (root, utf8, weight);

    /// <summary>The text of the schema as sent.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>An estimate of the memory in bytes, for caches.</summary>
    public long Weight { get; }

    /// <summary>The compiled schema.</summary>
    internal SchemaNode Root => _root;

    /// <summary>Compiles a new schema. It must accept at least one object, because payloads are objects.</summary>
    /// <param name="place">RFC 6901 pointer to the schema in the request. Pointers to faults start with it.</param>
    /// <returns>The schema, or <see cref="PayloadSchemaInvalid"/> with all faults.</returns>
    public static Result<PayloadSchema> Parse(JsonElement schema, string place = "/payloadSchema")
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return new PayloadSchemaInvalid([new FieldViolation(place, "typeMismatch",
                $"A schema is a JSON object, not {JsonKinds.Describe(schema.ValueKind)}; {{}} accepts any payload.")]);
        }

        var utf8 = JsonMarshal.GetRawUtf8Value(schema);
        if (utf8.Length > MaxBytes)
        {
            return new PayloadSchemaInvalid([new FieldViolation(place, "tooLarge",
                $"A schema may have {MaxBytes} bytes; this schema has {utf8.Length}.")]);
        }

        var faults = JsonText.FindFaults(utf8, MaxDepth);
        if (faults.Count > 0)
        {
            return new PayloadSchemaInvalid(
                [.. faults.Select(fault => new FieldViolation(place + fault.Pointer, "unstorable", fault.Message))]);
        }

        return Compile(schema, Dialect.Draft202012, payloadsAreObjects: true, place);
    }

    /// <summary>Compiles a stored schema. Patterns keep the rules of the version that accepted them.</summary>
    /// <exception cref="InvalidOperationException">This version does not accept the schema.</exception>
    public static PayloadSchema Restore(JsonElement schema) =>
        Compile(schema, Dialect.Draft202012, payloadsAreObjects: true, isStored: true).Value;

    /// <summary>Compiles a schema without limits of size, as the official test suite requires.</summary>
    /// <param name="standard">The dialect of a schema without <c>$schema</c>.</param>
    /// <param name="payloadsAreObjects">Whether to refuse a schema that accepts no object.</param>
    /// <param name="isStored">Whether an earlier version accepted the schema. Its rules for patterns were less strict.</param>
    internal static Result<PayloadSchema> Compile(JsonElement schema, Dialect standard, bool payloadsAreObjects, string place = "",
        bool isStored = false)
    {
        schema = schema.Clone();
        if (Dialect.Of(schema, standard) is not { } dialect)
        {
            return new PayloadSchemaInvalid([new FieldViolation(place + "/$schema", "malformed", Dialect.Addresses)]);
        }

        var reader = new SchemaReader(schema, dialect, place, isStored);
        var root = reader.Read();
        if (payloadsAreObjects && reader.Faults.Count == 0 && !root.AllowsObjects)
        {
            reader.Fault(root.Place, "noObject", "A payload is an object, and this schema accepts no object.");
        }

        var utf8 = JsonMarshal.GetRawUtf8Value(schema).ToArray();
        return reader.Faults.Count > 0
            ? new PayloadSchemaInvalid(reader.Faults)
            : new PayloadSchema(root, utf8, reader.Weight + (BytesPerTextByte * utf8.Length));
    }

    /// <summary>Whether both schemas are equal as JSON values: the order of members and the form of numbers do not matter.</summary>
    public bool IsSameAs(PayloadSchema? other) => other is not null
        && JsonElement.DeepEquals(JsonElement.Parse(Utf8.Span), JsonElement.Parse(other.Utf8.Span));

    /// <summary>
    /// Attempts to prove that this schema accepts every payload that an older one accepts, within <see cref="Work.PerProof"/>.
    /// With a proof, a change of the schema needs no scan of stored payloads.
    /// </summary>
    public SchemaProof ProveAccepts(PayloadSchema older, CancellationToken cancellationToken = default) =>
        Prover.Prove(older._root, _root, new Work(Work.PerProof, cancellationToken));

    /// <summary>Whether a payload fits. It is cheaper than <see cref="Check"/>, because it stops at the first fault.</summary>
    /// <param name="payload">See <see cref="Check"/>.</param>
    /// <returns>Null if the check exceeds the work budget.</returns>
    public bool? Accepts(JsonElement payload, Work work) => _root.Fits(payload, work);

    /// <summary>Finds the faults of a payload.</summary>
    /// <param name="payload">A value that <see cref="Events.Payload"/> accepts: its strings are valid Unicode.</param>
    /// <param name="work">The work budget of the check.</param>
    /// <exception cref="OperationCanceledException">The caller cancelled the check.</exception>
    /// <exception cref="WorkTimedOutException">The machine is too busy to finish in time.</exception>
    public PayloadVerdict Check(JsonElement payload, Work work)
    {
        var evaluation = new Evaluation(work);
        var instance = new Instance(payload, work);
        _root.Validate(ref instance, evaluation, null);
        return evaluation.IsTooComplex ? PayloadVerdict.TooComplex : new PayloadVerdict(evaluation.Faults, IsTooComplex: false);
    }

    /// <summary>Finds the faults of a payload, within <see cref="Work.PerPayload"/>.</summary>
    /// <returns>Up to <see cref="Evaluation.MaxFaults"/> faults; none if the payload fits.</returns>
    public IReadOnlyList<PayloadFault> Validate(JsonElement payload, CancellationToken cancellationToken = default) =>
        Check(payload, new Work(Work.PerPayload, cancellationToken)).Faults;
}
