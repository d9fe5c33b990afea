using System.Text.Json.Nodes;

namespace Flownally.Domain.Tests.Schemas;

/// <summary>Makes schemas, changes of them, and values near their edges.</summary>
internal sealed class SchemaGenerator(Random random)
{
    private const string Large = "9007199254740992";
    private const string OneMore = "9007199254740993";

    private static readonly string[] Names = ["a", "b", "c", "xa", "ab"];
    private static readonly string[] Patterns = ["^x", "a", "^[0-9]+$", "b$"];
    private static readonly string[] Numbers = ["-1", "0", "0.5", "1", "1.0", "2", "3", "6", Large, OneMore, OneMore, "1e400"];
    private static readonly string[] Texts = ["", "a", "ab", "xa", "12", "abc", "2026-01-31"];

    public JsonNode Schema(int depth)
    {
        if (Chance(12))
        {
            return JsonValue.Create(!Chance(3));
        }

        var schema = new JsonObject();
        for (var count = random.Next(1, 4); count > 0; count--)
        {
            AddKeyword(schema, depth);
        }

        return schema;
    }

    /// <summary>Another schema that differs in one place, or in a few.</summary>
    public JsonNode Mutation(JsonNode schema, int depth)
    {
        if (schema is not JsonObject original || Chance(25))
        {
            return Schema(depth);
        }

        var mutated = original.DeepClone().AsObject();
        var keywords = mutated.Select(member => member.Key).ToList();
        switch (random.Next(5))
        {
            case 0 when keywords.Count > 0:
                mutated.Remove(Pick(keywords));
                break;
            case 1:
                AddKeyword(mutated, depth);
                break;
            default:
                if (keywords.Count > 0)
                {
                    var keyword = Pick(keywords);
                    mutated[keyword] = MutateValue(keyword, mutated[keyword]!, depth);
                }

                break;
        }

        return mutated;
    }

    /// <summary>A value that leans towards what a schema speaks of.</summary>
    public JsonNode? Value(JsonNode schema, int depth)
    {
        if (depth == 0 || schema is not JsonObject rules || Chance(6))
        {
            return Any(depth);
        }

        if (rules["const"] is { } only && !Chance(4))
        {
            return only.DeepClone();
        }

        if (rules["enum"] is JsonArray { Count: > 0 } values && !Chance(4))
        {
            return Pick([.. values])?.DeepClone();
        }

        foreach (var branches in new[] { "oneOf", "anyOf", "allOf" })
        {
            if (rules[branches] is JsonArray { Count: > 0 } list && Chance(2))
            {
                return Value(Pick([.. list])!, depth);
            }
        }

        foreach (var inner in new[] { "if", "then", "else", "not" })
        {
            if (rules[inner] is { } branch && Chance(4))
            {
                return Value(branch, depth);
            }
        }

        var types = rules["type"] switch { JsonArray several => several.Select(type => (string)type!).ToList(), JsonValue one => [(string)one!], _ => null };
        var type = types is null ? Guess(rules) : Pick(types);
        return type switch
        {
            "object" => ObjectOf(rules, depth),
            "array" => ArrayOf(rules, depth),
            "string" => JsonValue.Create(Pick(Texts)),
            "integer" or "number" => Number(rules),
            "boolean" => JsonValue.Create(Chance(2)),
            "null" => null,
            _ => Any(depth),
        };
    }

    private static string? Guess(JsonObject rules) => rules.Any(rule => rule.Key.Contains("ropert", StringComparison.Ordinal) || rule.Key is "required" or "dependentRequired" or "dependentSchemas") ? "object"
        : rules.Any(rule => rule.Key.Contains("tems", StringComparison.Ordinal) || rule.Key.Contains("ontains", StringComparison.Ordinal)) ? "array"
        : rules.Any(rule => rule.Key.Contains("imum", StringComparison.Ordinal) || rule.Key == "multipleOf") ? "number"
        : null;

    private JsonObject ObjectOf(JsonObject rules, int depth)
    {
        var members = new JsonObject();
        var named = rules["properties"] as JsonObject ?? [];
        var names = named.Select(member => member.Key).Concat((rules["required"] as JsonArray)?.Select(name => (string)name!) ?? []).Concat(Chance(2) ? [Pick(Names)] : []);
        foreach (var name in names.Distinct().Where(_ => !Chance(4)))
        {
            var schema = named[name] ?? (rules["patternProperties"] as JsonObject)?.FirstOrDefault().Value ?? rules["additionalProperties"] ?? true;
            members[name] = Value(schema, depth - 1);
        }

        return members;
    }

    private JsonArray ArrayOf(JsonObject rules, int depth)
    {
        var elements = new JsonArray();
        var prefix = rules["prefixItems"] as JsonArray ?? [];
        for (var i = random.Next(4); i > 0; i--)
        {
            var schema = elements.Count < prefix.Count ? prefix[elements.Count]! : Chance(2) && rules["contains"] is { } contains ? contains : rules["items"] ?? true;
            elements.Add(Value(schema, depth - 1));
        }

        return elements;
    }

    /// <summary>On a bound, or a little beside it.</summary>
    private JsonNode Number(JsonObject rules)
    {
        string[] bounds = [.. rules.Where(rule => rule.Key.Contains("imum", StringComparison.Ordinal) || rule.Key == "multipleOf").Select(rule => rule.Value!.ToJsonString())];
        return JsonNode.Parse(bounds.Length == 0 || Chance(3) ? Pick(Numbers) : Pick(bounds))!;
    }

    private JsonNode? Any(int depth) => random.Next(depth == 0 ? 4 : 6) switch
    {
        0 => JsonNode.Parse(Pick(Numbers)),
        1 => JsonValue.Create(Pick(Texts)),
        2 => JsonValue.Create(Chance(2)),
        3 => null,
        4 => new JsonArray([.. Enumerable.Range(0, random.Next(3)).Select(_ => Any(depth - 1))]),
        _ => new JsonObject(Names.Where(_ => Chance(2)).Select(name => KeyValuePair.Create(name, Any(depth - 1)))),
    };

    private void AddKeyword(JsonObject schema, int depth)
    {
        string[] all =
        [
            "type", "type", "enum", "const", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf", "minLength", "maxLength", "pattern", "format",
            "minItems", "maxItems", "uniqueItems", "minProperties", "maxProperties", "required", "dependentRequired",
            "properties", "properties", "properties", "patternProperties", "additionalProperties", "additionalProperties", "propertyNames", "items", "prefixItems", "contains",
            "allOf", "anyOf", "oneOf", "oneOf", "not", "if", "dependentSchemas", "unevaluatedProperties", "unevaluatedItems",
        ];
        var keyword = all[random.Next(depth == 0 ? 20 : all.Length)];
        switch (keyword)
        {
            case "if":
                (schema["if"], schema[Chance(2) ? "then" : "else"]) = (Schema(depth - 1), Schema(depth - 1));
                break;
            case "contains":
                schema["contains"] = Schema(depth - 1);
                if (Chance(2))
                {
                    schema[Chance(2) ? "minContains" : "maxContains"] = random.Next(3);
                }

                break;
            default:
                schema[keyword] = NewValue(keyword, depth);
                break;
        }
    }

    private JsonNode NewValue(string keyword, int depth) => keyword switch
    {
        "type" => Chance(3) ? new JsonArray(Pick("string", "null"), Pick("object", "integer")) : JsonValue.Create(Pick("object", "array", "string", "integer", "number", "boolean", "null")),
        "enum" => new JsonArray([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Any(1))]),
        "const" => Any(1) ?? 0,
        "multipleOf" => JsonNode.Parse(Pick("0.5", "1", "2", "3", "6"))!,
        "minimum" or "maximum" or "exclusiveMinimum" or "exclusiveMaximum" => JsonNode.Parse(Pick(Numbers))!,
        "pattern" => Pick(Patterns),
        "format" => Pick("date", "int32", "int64", "float"),
        "uniqueItems" => true,
        "required" => new JsonArray([.. Names.Where(_ => Chance(3)).Select(name => JsonValue.Create(name))]),
        "dependentRequired" => new JsonObject { [Pick(Names)] = new JsonArray(Pick(Names)) },
        "properties" => new JsonObject(Names.Where(_ => Chance(2)).Select(name => KeyValuePair.Create(name, (JsonNode?)Schema(depth - 1)))),
        "patternProperties" => new JsonObject { [Pick(Patterns)] = Schema(depth - 1) },
        "dependentSchemas" => new JsonObject { [Pick(Names)] = Schema(depth - 1) },
        "prefixItems" or "allOf" or "anyOf" or "oneOf" => new JsonArray([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Schema(depth - 1))]),
        "minLength" or "maxLength" or "minItems" or "maxItems" or "minProperties" or "maxProperties" or "minContains" or "maxContains" => random.Next(4),
        _ => Schema(Math.Max(0, depth - 1)),
    };

    private JsonNode MutateValue(string keyword, JsonNode value, int depth)
    {
        switch (value)
        {
            case JsonObject map when keyword is "properties" or "patternProperties" or "dependentSchemas" && map.Count > 0:
                var name = Pick(map.Select(member => member.Key).ToList());
                var changed = map.DeepClone().AsObject();
                if (Chance(4))
                {
                    changed.Remove(name);
                }
                else
                {
                    changed[name] = Mutation(map[name]!, depth - 1);
                }

                return changed;
            case JsonArray list when keyword is "prefixItems" or "allOf" or "anyOf" or "oneOf" && list.Count > 0:
                var branches = list.DeepClone().AsArray();
                if (Chance(3))
                {
                    branches.Add(Schema(Math.Max(0, depth - 1)));
                }
                else
                {
                    var index = random.Next(branches.Count);
                    branches[index] = Mutation(list[index]!, depth - 1);
                }

                return branches;
            case var bound when bound.ToJsonString() is Large or OneMore && !Chance(3): // two that a double cannot tell apart
                return JsonNode.Parse(bound.ToJsonString() == Large ? OneMore : Large)!;
            case JsonArray list when keyword == "enum":
                var values = list.DeepClone().AsArray();
                values.Add(Any(1));
                return values;
            default:
                return keyword is "items" or "contains" or "not" or "if" or "then" or "else" or "additionalProperties" or "propertyNames" or "unevaluatedProperties" or "unevaluatedItems"
                    ? Mutation(value, depth - 1)
                    : NewValue(keyword, depth);
        }
    }

    private bool Chance(int oneIn) => random.Next(oneIn) == 0;

    private T Pick<T>(params IReadOnlyList<T> from) => from[random.Next(from.Count)];
}
