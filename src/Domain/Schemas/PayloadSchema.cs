using System.Runtime.InteropServices;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Schemas;

/// <summary>
/// A JSON Schema (2020-12, or an earlier draft from draft-04 on by its <c>$schema</c>) that payloads must fit, compiled once and never changed.
/// Every keyword is enforced or the schema is refused; none is ignored.
/// </summary>
public sealed class PayloadSchema
{
    /// <summary>UTF-8 bytes as sent: 64 KiB.</summary>
    public const int MaxBytes = 64 * 1024;

    /// <summary>Objects and arrays in one another, the schema itself counted.</summary>
    public const int MaxDepth = 32;

    /// <summary>Every object fits.</summary>
    public static readonly PayloadSchema Anything = Parse(JsonElement.Parse("{}")).Value;

    /// <summary>The text is kept as it came, as parsed JSON, and as the names and values of its rules.</summary>
    private const int BytesOfText = 8;

    private readonly SchemaNode _root;

    private PayloadSchema(SchemaNode root, byte[] utf8, long weight) => (_root, Utf8, Weight) = (root, utf8, weight);

    /// <summary>The schema as it was given.</summary>
    public ReadOnlyMemory<byte> Utf8 { get; }

    /// <summary>Bytes of memory that it takes, as an estimate: what a cache charges for it.</summary>
    public long Weight { get; }

    /// <summary>What it is compiled to.</summary>
    internal SchemaNode Root => _root;

    /// <summary>Compiles a schema for payloads, which are objects.</summary>
    /// <param name="place">Where it stands in the request: how the pointers to its faults begin.</param>
    /// <returns>The schema, or <see cref="PayloadSchemaInvalid"/> with every fault.</returns>
    public static Result<PayloadSchema> Parse(JsonElement schema, string place = "/payloadSchema")
    {
        if (schema.ValueKind != JsonValueKind.Object)
        {
            return new PayloadSchemaInvalid([new FieldViolation(place, "typeMismatch",
                $"A schema is a JSON object, not {JsonKinds.Describe(schema.ValueKind)}; {{}} lets any payload pass.")]);
        }

        var utf8 = JsonMarshal.GetRawUtf8Value(schema);
        if (utf8.Length > MaxBytes)
        {
            return new PayloadSchemaInvalid([new FieldViolation(place, "tooLarge",
                $"A schema may have {MaxBytes} bytes; this one has {utf8.Length}.")]);
        }

        var faults = JsonText.FindFaults(utf8, MaxDepth);
        if (faults.Count > 0)
        {
            return new PayloadSchemaInvalid([.. faults.Select(fault => new FieldViolation(place + fault.Pointer, "unstorable", fault.Message))]);
        }

        return Compile(schema, Dialect.Draft202012, payloadsAreObjects: true, place);
    }

    /// <summary>Compiles a schema that was accepted once, whatever is taken of patterns today.</summary>
    /// <exception cref="InvalidOperationException">It cannot be used any more.</exception>
    public static PayloadSchema Restore(JsonElement schema) =>
        Compile(schema, Dialect.Draft202012, payloadsAreObjects: true, isStored: true).Value;

    /// <summary>The bare engine, without limits of size: as the official test suite needs it.</summary>
    /// <param name="standard">The dialect of a schema that names none.</param>
    /// <param name="payloadsAreObjects">False takes a schema that no object fits.</param>
    /// <param name="isStored">Whether it was accepted by an earlier version, which took more patterns.</param>
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
            reader.Fault(root.Place, "noObject", "A payload is an object, and this schema lets no object pass.");
        }

        return reader.Faults.Count > 0
            ? new PayloadSchemaInvalid(reader.Faults)
            : new PayloadSchema(root, JsonMarshal.GetRawUtf8Value(schema).ToArray(), reader.Weight + (BytesOfText * JsonMarshal.GetRawUtf8Value(schema).Length));
    }

    /// <summary>Whether it is the same JSON value: the order of members and the way a number is written make no difference.</summary>
    public bool IsSameAs(PayloadSchema? other) => other is not null
        && JsonElement.DeepEquals(JsonElement.Parse(Utf8.Span), JsonElement.Parse(other.Utf8.Span));

    /// <summary>
    /// Tries to prove that this schema accepts every payload that an older one accepts, within <see cref="Work.PerProof"/>: then a change
    /// needs no look at what is stored.
    /// </summary>
    public SchemaProof ProveAccepts(PayloadSchema older, CancellationToken cancellationToken = default) =>
        Prover.Prove(older._root, _root, new Work(Work.PerProof, cancellationToken));

    /// <summary>Whether a payload fits; costs less than to find out why it does not.</summary>
    /// <param name="payload">As for <see cref="Check"/>.</param>
    /// <returns>Null where it takes too much work to tell.</returns>
    public bool? Accepts(JsonElement payload, Work work) => _root.Fits(payload, work);

    /// <summary>Finds what is wrong with a payload.</summary>
    /// <param name="payload">A value that <see cref="Events.Payload"/> has let pass: its strings are Unicode text.</param>
    /// <param name="work">What the check may cost; it is charged for what was done.</param>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="WorkTimedOutException">The machine is too busy to come to a verdict in time.</exception>
    public PayloadVerdict Check(JsonElement payload, Work work)
    {
        var evaluation = new Evaluation(work);
        var instance = new Instance(payload, work);
        _root.Validate(ref instance, evaluation, null);
        return evaluation.IsTooComplex ? PayloadVerdict.TooComplex : new PayloadVerdict(evaluation.Faults, IsTooComplex: false);
    }

    /// <summary>Finds what is wrong with a payload, within <see cref="Work.PerPayload"/>.</summary>
    /// <returns>All faults at once, up to <see cref="Evaluation.MaxFaults"/>; none where the payload fits.</returns>
    public IReadOnlyList<PayloadFault> Validate(JsonElement payload, CancellationToken cancellationToken = default) =>
        Check(payload, new Work(Work.PerPayload, cancellationToken)).Faults;
}
