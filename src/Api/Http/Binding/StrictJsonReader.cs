using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Flownally.Api.Http.Problems;
using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Api.Http.Binding;

/// <summary>
/// Makes a request out of a body, member by member, so that each fault is found and has its pointer.
/// Members that do not exist, are missing or are of the wrong type are faults; null is a value like any other.
/// Each item of a batch is read as a body of its own.
/// </summary>
internal sealed class StrictJsonReader(JsonSerializerOptions options)
{
    /// <summary>Values that the domain reads from JSON by rules of its own.</summary>
    private static readonly Dictionary<Type, Func<JsonElement, Place, Faults, Result<object>>> DomainReaders = new()
    {
        [typeof(Payload)] = (json, _, faults) =>
            Payload.Parse(json, isChecked: faults.Depth <= Payload.MaxDepth).Match<Result<object>>(value => value, error => error),
        [typeof(PayloadSchema)] = (json, place, _) => PayloadSchema.Parse(json, place.ToString()).Match<Result<object>>(value => value, error => error),
    };

    /// <summary>Objects and arrays in one another: above what payloads and schemas may have, so that they can say so themselves.</summary>
    private const int MaxDepth = 64;

    /// <summary>Of an unknown member's name, where a sentence quotes it.</summary>
    private const int LongestName = 100;

    /// <summary>Some writers begin a text with it; a reader may ignore it (RFC 8259 §8.1).</summary>
    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <param name="documents">Keeps what the request refers to.</param>
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
        text.Items is null ? null : new Items(text.Count, text.Items.Select(one => Read(one, item, documents, batch: null))));

    /// <param name="batch">Stands where the text has an empty array.</param>
    private Result<object> Read(ReadOnlyMemory<byte> utf8, Type type, JsonDocuments documents, Items? batch)
    {
        // Before the document is made: it would compare members in quadratic time at great depths, and cannot read half a surrogate.
        var unstorable = JsonText.FindFaults(utf8.Span, MaxDepth, out var depth);
        if (unstorable.Count > 0)
        {
            return Refusal(unstorable);
        }

        if (!documents.TryParse(utf8, MaxDepth, out var json))
        {
            return new DuplicateMember(JsonDuplicates.Find(json));
        }

        var faults = new Faults(depth);
        var value = Read(json, type, new Place("", null), faults, batch);
        if (faults.Refusal is { } refusal)
        {
            return refusal;
        }

        return value!;
    }

    private static Error Refusal(IReadOnlyList<JsonFault> faults) => faults.Any(fault => fault.IsEncoding)
        ? new MalformedJson([.. faults.Where(fault => fault.IsEncoding).Select(fault => new FieldViolation(fault.Pointer, "notUtf8", fault.Message))])
        : new ValidationFailed([.. faults.Select(fault => new FieldViolation(fault.Pointer, "unstorable", fault.Message))]);

    private JsonPropertyInfo? BatchOf(Type type) => options.GetTypeInfo(type).Properties.FirstOrDefault(member => Batch.ItemType(member.PropertyType) is not null);

    private object? Read(JsonElement json, Type type, Place place, Faults faults, Items? batch)
    {
        if (Optional.ValueType(type) is { } inner)
        {
            return Optional.Of(type, json.ValueKind == JsonValueKind.Null ? null : Read(json, inner, place, faults, batch));
        }

        if (Batch.ItemType(type) is { } item)
        {
            return ReadBatch(json, item, place, faults, batch);
        }

        if (DomainReaders.TryGetValue(type, out var reader))
        {
            var result = reader(json, place, faults);
            faults.Add(result.Error);
            return result.IsSuccess ? result.Value : null;
        }

        var info = options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => ReadObject(json, info, place, faults, batch),
            JsonTypeInfoKind.Enumerable => ReadList(json, info, place, faults),
            _ => ReadValue(json, info, place, faults),
        };
    }

    private object? ReadObject(JsonElement json, JsonTypeInfo info, Place place, Faults faults, Items? batch)
    {
        if (!Is(JsonValueKind.Object, json, place, faults))
        {
            return null;
        }

        var target = info.CreateObject!();
        foreach (var member in json.EnumerateObject())
        {
            if (faults.AreEnough)
            {
                return null;
            }

            if (Find(info.Properties, member) is { } known)
            {
                if (Read(member.Value, known.PropertyType, place.Member(known.Name), faults, batch) is { } value)
                {
                    known.Set!(target, value);
                }
            }
            else
            {
                faults.AddUnknown(place.Member(member.Name), $"There is no member '{FieldViolation.Cut(member.Name, LongestName)}'; known are {string.Join(", ", info.Properties.Select(property => property.Name))}.");
            }
        }

        AddMissing(json, info.Properties, place, faults);
        return target;
    }

    private static void AddMissing(JsonElement json, IList<JsonPropertyInfo> properties, Place place, Faults faults)
    {
        foreach (var property in properties)
        {
            if (property.IsRequired && !json.TryGetProperty(property.Name, out _))
            {
                faults.Add(place.Member(property.Name), "required", $"The member '{property.Name}' is required.");
            }
        }
    }

    private static object? ReadBatch(JsonElement json, Type item, Place place, Faults faults, Items? batch)
    {
        if (!Is(JsonValueKind.Array, json, place, faults))
        {
            return null;
        }

        if (batch!.Count is 0 or > Batch.MaxItems)
        {
            faults.Add(place, "outOfRange", $"Expected 1 to {Batch.MaxItems} items, found {batch.Count}.");
            return null;
        }

        return Batch.Of(item, batch.Results);
    }

    private object? ReadList(JsonElement json, JsonTypeInfo info, Place place, Faults faults)
    {
        if (!Is(JsonValueKind.Array, json, place, faults))
        {
            return null;
        }

        var list = (IList)Activator.CreateInstance(typeof(List<>).MakeGenericType(info.ElementType!))!;
        foreach (var (i, item) in json.EnumerateArray().Index())
        {
            if (faults.AreEnough)
            {
                return null;
            }

            if (Read(item, info.ElementType!, place.Member(i.ToString(CultureInfo.InvariantCulture)), faults, batch: null) is { } value)
            {
                list.Add(value);
            }
        }

        if (!info.Type.IsArray)
        {
            return info.Type.IsInstanceOfType(list) ? list : Activator.CreateInstance(info.Type, list); // such as a set
        }

        var array = Array.CreateInstance(info.ElementType!, list.Count);
        list.CopyTo(array, 0);
        return array;
    }

    private static JsonPropertyInfo? Find(IList<JsonPropertyInfo> properties, JsonProperty member)
    {
        foreach (var property in properties)
        {
            if (member.NameEquals(property.Name))
            {
                return property;
            }
        }

        return null;
    }

    private static bool Is(JsonValueKind expected, JsonElement json, Place place, Faults faults)
    {
        var isBoolean = expected == JsonValueKind.True;
        if (json.ValueKind == expected || (isBoolean && json.ValueKind == JsonValueKind.False))
        {
            return true;
        }

        var found = JsonKinds.Describe(json.ValueKind);
        faults.Add(place, "typeMismatch", $"Expected {(isBoolean ? "true or false" : JsonKinds.Describe(expected))}, found {found}.");
        return false;
    }

    /// <summary>A value that is neither object nor array. The serializer would take numbers in strings, too.</summary>
    private static object? ReadValue(JsonElement json, JsonTypeInfo info, Place place, Faults faults)
    {
        if (!Is(KindOf(info.Type), json, place, faults))
        {
            return null;
        }

        if (info.Type.IsEnum)
        {
            return ReadName(json.GetString()!, info.Type, place, faults);
        }

        try
        {
            return json.Deserialize(info);
        }
        catch (FormatException rule)
        {
            faults.Add(place, "malformed", rule.Message);
        }
        catch (JsonException)
        {
            faults.Add(place, "malformed", "The value has another form, or lies outside the range.");
        }

        return null;
    }

    private static JsonValueKind KindOf(Type type) => Type.GetTypeCode(type) switch
    {
        _ when type.IsEnum => JsonValueKind.String,
        TypeCode.Boolean => JsonValueKind.True,
        >= TypeCode.SByte and <= TypeCode.Decimal => JsonValueKind.Number,
        _ => JsonValueKind.String,
    };

    /// <summary>One of a few names, spelt as they are written; the serializer would take others, too.</summary>
    private static object? ReadName(string text, Type type, Place place, Faults faults)
    {
        var names = Enum.GetNames(type).ToDictionary(EnumText.Naming.ConvertName);
        if (names.TryGetValue(text, out var name))
        {
            return Enum.Parse(type, name);
        }

        faults.Add(place, "malformed", $"The value is one of {string.Join(", ", names.Keys)}.");
        return null;
    }

    /// <summary>Where in the body a value stands: spelt out only where it is at fault, which is seldom.</summary>
    private readonly record struct Place(string Parent, string? Name)
    {
        public Place Member(string name) => new(ToString(), name);

        public override string ToString() => Name is null ? Parent : FieldViolation.Cut($"{Parent}/{JsonPointer.Escape(Name)}", FieldViolation.MaxFieldLength);
    }

    /// <summary>The items of a body's batch.</summary>
    /// <param name="Results">Each is read as it is asked for.</param>
    private sealed record Items(int Count, IEnumerable<Result<object>> Results);

    /// <summary>What was found so far, and what it comes to.</summary>
    /// <param name="depth">How many arrays and objects lie in one another in the body, which can be stored.</param>
    private sealed class Faults(int depth)
    {
        private readonly List<FieldViolation> _violations = [];
        private Error? _weightier;
        private bool _unknown;

        public int Depth => depth;

        /// <summary>Whether as many were found as a refusal names; reading stops there.</summary>
        public bool AreEnough => _violations.Count >= Error.MaxViolations;

        /// <summary>A misspelt member explains the others, so it gives the refusal its name.</summary>
        public Error? Refusal => _weightier
            ?? (_violations.Count == 0 ? null : _unknown ? new UnknownField(_violations) : new ValidationFailed(_violations));

        public void Add(Place place, string code, string message) => _violations.Add(new FieldViolation(place.ToString(), code, message));

        public void AddUnknown(Place place, string message)
        {
            _unknown = true;
            Add(place, "unknownField", message);
        }

        /// <summary>Takes over what the domain found; a refusal of another name than <see cref="ValidationFailed"/> stands for itself.</summary>
        public void Add(Error? error)
        {
            if (error is ValidationFailed)
            {
                _violations.AddRange(error.Violations);
            }
            else
            {
                _weightier ??= error;
            }
        }
    }
}
