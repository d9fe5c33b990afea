using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Flownally.Api.Problems;
using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Api.Requests;

/// <summary>
/// Makes a request out of a parsed body, member by member, so that each fault is found and has its pointer.
/// Members that do not exist, are missing or are of the wrong type are faults; null is a value like any other.
/// </summary>
internal sealed class StrictJsonReader(JsonSerializerOptions options)
{
    /// <summary>Values that the domain reads from JSON by rules of its own.</summary>
    private static readonly Dictionary<Type, Func<JsonElement, Result<object>>> DomainReaders = new()
    {
        [typeof(Payload)] = json => Payload.Parse(json).Match<Result<object>>(value => value, error => error),
        [typeof(PayloadSchema)] = json => PayloadSchema.Parse(json).Match<Result<object>>(value => value, error => error),
    };

    public Result<object> Read(JsonElement json, Type type)
    {
        var faults = new Faults();
        var value = Read(json, type, "", faults);
        if (faults.Refusal is { } refusal)
        {
            return refusal;
        }

        return value!;
    }

    private object? Read(JsonElement json, Type type, string pointer, Faults faults)
    {
        if (Optional.ValueType(type) is { } inner)
        {
            return Optional.Of(type, json.ValueKind == JsonValueKind.Null ? null : Read(json, inner, pointer, faults));
        }

        if (DomainReaders.TryGetValue(type, out var reader))
        {
            var result = reader(json);
            faults.Add(result.Error);
            return result.IsSuccess ? result.Value : null;
        }

        var info = options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type);
        var expected = info.Kind == JsonTypeInfoKind.Object ? JsonValueKind.Object : JsonValueKind.String;
        if (json.ValueKind != expected)
        {
            faults.Add(pointer, "typeMismatch", $"Expected {JsonKinds.Describe(expected)}, found {JsonKinds.Describe(json.ValueKind)}.");
            return null;
        }

        return info.Kind == JsonTypeInfoKind.Object ? ReadObject(json, info, pointer, faults) : ReadText(json, info, pointer, faults);
    }

    private object ReadObject(JsonElement json, JsonTypeInfo info, string pointer, Faults faults)
    {
        var target = info.CreateObject!();
        foreach (var member in json.EnumerateObject())
        {
            var place = $"{pointer}/{JsonPointer.Escape(member.Name)}";
            if (info.Properties.FirstOrDefault(property => property.Name == member.Name) is { } known)
            {
                if (Read(member.Value, known.PropertyType, place, faults) is { } value)
                {
                    known.Set!(target, value);
                }
            }
            else
            {
                faults.AddUnknown(place, $"There is no member '{member.Name}'; known are {string.Join(", ", info.Properties.Select(property => property.Name))}.");
            }
        }

        foreach (var missing in info.Properties.Where(property => property.IsRequired && !json.TryGetProperty(property.Name, out _)))
        {
            faults.Add($"{pointer}/{missing.Name}", "required", $"The member '{missing.Name}' is required.");
        }

        return target;
    }

    private static object? ReadText(JsonElement json, JsonTypeInfo info, string pointer, Faults faults)
    {
        try
        {
            return json.Deserialize(info);
        }
        catch (FormatException rule)
        {
            faults.Add(pointer, "malformed", rule.Message);
            return null;
        }
    }

    /// <summary>What was found so far, and what it comes to.</summary>
    private sealed class Faults
    {
        private readonly List<FieldViolation> _violations = [];
        private Error? _weightier;
        private bool _unknown;

        /// <summary>A misspelt member explains the others, so it gives the refusal its name.</summary>
        public Error? Refusal => _weightier
            ?? (_violations.Count == 0 ? null : _unknown ? new UnknownField(_violations) : new ValidationFailed(_violations));

        public void Add(string pointer, string code, string message) => _violations.Add(new FieldViolation(pointer, code, message));

        public void AddUnknown(string pointer, string message)
        {
            _unknown = true;
            Add(pointer, "unknownField", message);
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
