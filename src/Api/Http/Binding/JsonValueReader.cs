using System.Collections;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Api.Http.Binding;

/// <summary>
/// Converts parsed JSON to a request type, member by member, and reports each fault with its pointer. Unknown and missing members and wrong
/// types are faults; null is an ordinary value.
/// </summary>
/// <param name="batch">The items of the body's batch; null without one.</param>
internal sealed class JsonValueReader(JsonSerializerOptions options, RequestFaults faults, BatchItems? batch)
{
    /// <summary>Values that the domain reads from JSON by its own rules.</summary>
    private static readonly Dictionary<Type, Func<JsonElement, RequestPointer, int, Result<object>>> DomainReaders = new()
    {
        [typeof(Payload)] = (json, _, depth) =>
            Payload.Parse(json, isChecked: depth <= Payload.MaxDepth).Match<Result<object>>(value => value, error => error),
        [typeof(PayloadSchema)] = (json, pointer, _) =>
            PayloadSchema.Parse(json, pointer.ToString()).Match<Result<object>>(value => value, error => error),
    };

    /// <summary>The longest part of an unknown member's name that a message quotes.</summary>
    private const int MaxQuotedName = 100;

    public object? Read(JsonElement json, Type type, RequestPointer pointer)
    {
        if (Optional.ValueType(type) is { } inner)
        {
            return Optional.Of(type, json.ValueKind == JsonValueKind.Null ? null : Read(json, inner, pointer));
        }

        if (Batch.ItemType(type) is { } item)
        {
            return ReadBatch(json, item, pointer);
        }

        if (DomainReaders.TryGetValue(type, out var reader))
        {
            var result = reader(json, pointer, faults.Depth);
            faults.Add(result.Error);
            return result.IsSuccess ? result.Value : null;
        }

        var info = options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => ReadObject(json, info, pointer),
            JsonTypeInfoKind.Enumerable => ReadList(json, info, pointer),
            _ => ReadValue(json, info, pointer),
        };
    }

    private object? ReadObject(JsonElement json, JsonTypeInfo info, RequestPointer pointer)
    {
        if (!Is(JsonValueKind.Object, json, pointer))
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

            if (Find(info.Properties, member) is { } property)
            {
                if (Read(member.Value, property.PropertyType, pointer.Member(property.Name)) is { } value)
                {
                    property.Set!(target, value);
                }
            }
            else
            {
                var known = string.Join(", ", info.Properties.Select(other => other.Name));
                var name = FieldViolation.Cut(member.Name, MaxQuotedName);
                faults.AddUnknown(pointer.Member(member.Name), $"There is no member '{name}'; known are {known}.");
            }
        }

        AddMissing(json, info.Properties, pointer);
        return target;
    }

    private void AddMissing(JsonElement json, IList<JsonPropertyInfo> properties, RequestPointer pointer)
    {
        foreach (var property in properties)
        {
            if (property.IsRequired && !json.TryGetProperty(property.Name, out _))
            {
                faults.Add(pointer.Member(property.Name), "required", $"The member '{property.Name}' is required.");
            }
        }
    }

    private object? ReadBatch(JsonElement json, Type item, RequestPointer pointer)
    {
        if (!Is(JsonValueKind.Array, json, pointer))
        {
            return null;
        }

        if (batch!.Count is 0 or > Batch.MaxItems)
        {
            faults.Add(pointer, "outOfRange", $"Expected 1 to {Batch.MaxItems} items, found {batch.Count}.");
            return null;
        }

        return Batch.Of(item, batch.Results);
    }

    private object? ReadList(JsonElement json, JsonTypeInfo info, RequestPointer pointer)
    {
        if (!Is(JsonValueKind.Array, json, pointer))
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

            if (Read(item, info.ElementType!, pointer.Member(i.ToString(CultureInfo.InvariantCulture))) is { } value)
            {
                list.Add(value);
            }
        }

        if (!info.Type.IsArray)
        {
            return info.Type.IsInstanceOfType(list) ? list : Activator.CreateInstance(info.Type, list); // for example a set
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

    private bool Is(JsonValueKind expected, JsonElement json, RequestPointer pointer)
    {
        var isBoolean = expected == JsonValueKind.True;
        if (json.ValueKind == expected || (isBoolean && json.ValueKind == JsonValueKind.False))
        {
            return true;
        }

        var found = JsonKinds.Describe(json.ValueKind);
        faults.Add(pointer, "typeMismatch", $"Expected {(isBoolean ? "true or false" : JsonKinds.Describe(expected))}, found {found}.");
        return false;
    }

    /// <summary>Reads a value that is neither object nor array. The serializer would also accept numbers in strings.</summary>
    private object? ReadValue(JsonElement json, JsonTypeInfo info, RequestPointer pointer)
    {
        if (!Is(KindOf(info.Type), json, pointer))
        {
            return null;
        }

        if (info.Type.IsEnum)
        {
            return ReadName(json.GetString()!, info.Type, pointer);
        }

        try
        {
            return json.Deserialize(info);
        }
        catch (FormatException rule)
        {
            faults.Add(pointer, "malformed", rule.Message);
        }
        catch (JsonException)
        {
            faults.Add(pointer, "malformed", "The value has another form, or lies outside the range.");
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

    /// <summary>Reads a name of an enumeration. The serializer would also accept other spellings.</summary>
    private object? ReadName(string text, Type type, RequestPointer pointer)
    {
        var names = Enum.GetNames(type).ToDictionary(EnumText.Naming.ConvertName);
        if (names.TryGetValue(text, out var name))
        {
            return Enum.Parse(type, name);
        }

        faults.Add(pointer, "malformed", $"The value is one of {string.Join(", ", names.Keys)}.");
        return null;
    }
}

/// <summary>The items of a body's batch.</summary>
/// <param name="Results">Each item is read when it is enumerated.</param>
internal sealed record BatchItems(int Count, IEnumerable<Result<object>> Results);
