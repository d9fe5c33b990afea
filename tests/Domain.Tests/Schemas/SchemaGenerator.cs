using System.Text.Json;
using System.Text.Json.Nodes;

namespace Flownally.Domain.Tests.Schemas;

/// <summary>Makes schemas, changes of them, and values near their edges.</summary>
internal sealed class SchemaGenerator(Random random)
{
    private const string Large = "9007199254740992";
    private const string OneMore = "9007199254740993";

    private static readonly string[] Names = ["a", "b", "c", "xa", "ab"];
    private static readonly string[] Patterns = ["^x", "a", "^[0-9]+$", "b$"];
    private static readonly string[] Numbers = ["-1", "0", "0.5", "1", "1.0", "1e0", "2", "2.0", "3", "6", Large, OneMore, OneMore, "1e400"];
    /// <summary>Keywords that say nearly the same, so that a proof may lead from one to the other.</summary>
    private static readonly (string One, string Other)[] Neighbours =
    [
        ("minimum", "exclusiveMinimum"), ("exclusiveMinimum", "minimum"), ("maximum", "exclusiveMaximum"), ("exclusiveMaximum", "maximum"),
        ("additionalProperties", "unevaluatedProperties"), ("unevaluatedProperties", "additionalProperties"), ("items", "contains"), ("contains", "items"),
        ("enum", "type"), ("const", "type"),
    ];

    private static readonly string[] Texts = ["", "a", "ab", "xa", "12", "abc", "2026-01-31"];

    public JsonNode Schema(int depth)
    {
        depth = Math.Max(0, depth); // a change may reach a level below the last
        if (Chance(12))
        {
            return JsonValue.Create(!Chance(3));
        }

        if (depth > 0 && Chance(12))
        {
            return Chance(2) ? new JsonObject { ["oneOf"] = new JsonArray([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Variant(depth))]) }
                : new JsonObject { ["items"] = Schema(depth - 1), ["minItems"] = random.Next(3), ["type"] = "array" };
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
        var neighbours = Neighbours.Where(pair => mutated.ContainsKey(pair.One)).ToList();
        switch (random.Next(7))
        {
            case 6 when mutated["oneOf"] is JsonArray branches && depth > 0:
                branches.Add(Variant(depth));
                break;
            case 5 when neighbours.Count > 0:
                var (one, other) = Pick(neighbours);
                mutated[other] = other == "type" ? Chance(2) ? "integer" : NewValue(other, depth)
                    : one.Contains("imum", StringComparison.Ordinal) && Chance(2) ? Beside(mutated[one]!) : mutated[one]!.DeepClone();
                mutated.Remove(one);
                break;
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

    /// <summary>The schema as it is written in another draft, as far as that can say it.</summary>
    public JsonNode InSomeDraft(JsonNode schema)
    {
        var draft = Pick("http://json-schema.org/draft-04/schema#", "http://json-schema.org/draft-04/schema", "http://json-schema.org/draft-06/schema#",
            "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2019-09/schema", "https://json-schema.org/draft/2020-12/schema");
        var written = Written(schema, draft);
        written["$schema"] = draft;
        return written;
    }

    private static JsonObject Written(JsonNode schema, string draft)
    {
        var isLatest = draft.Contains("2020-12", StringComparison.Ordinal);
        var isDraft4 = draft.Contains("draft-04", StringComparison.Ordinal);
        if (schema is not JsonObject rules)
        {
            return (bool)schema ? new JsonObject() : new JsonObject { ["not"] = new JsonObject() };
        }

        var written = new JsonObject();
        foreach (var (keyword, value) in rules)
        {
            switch (keyword)
            {
                case "properties" or "patternProperties" or "dependentSchemas":
                    written[keyword] = new JsonObject(value!.AsObject().Select(member => KeyValuePair.Create(member.Key, (JsonNode?)Written(member.Value!, draft))));
                    break;
                case "items" when !isLatest && rules.ContainsKey("prefixItems"):
                    written["additionalItems"] = Written(value!, draft);
                    break;
                case "dependentRequired" when draft.Contains("draft-0", StringComparison.Ordinal):
                    written["dependencies"] = value!.DeepClone();
                    break;
                case "allOf" or "anyOf" or "oneOf" or "prefixItems":
                    written[keyword == "prefixItems" && !isLatest ? "items" : keyword] = new JsonArray([.. value!.AsArray().Select(branch => Written(branch!, draft))]);
                    break;
                case "additionalProperties" or "propertyNames" or "items" or "contains" or "not" or "if" or "then" or "else" or "unevaluatedProperties" or "unevaluatedItems":
                    written[keyword] = Written(value!, draft);
                    break;
                case "const" when isDraft4:
                    written["enum"] = new JsonArray(value?.DeepClone());
                    break;
                case "exclusiveMinimum" or "exclusiveMaximum" when isDraft4:
                    written[keyword.Replace("exclusiveM", "m", StringComparison.Ordinal)] = value!.DeepClone();
                    written[keyword] = true;
                    break;
                default:
                    written[keyword] ??= value?.DeepClone();
                    break;
            }
        }

        return written;
    }

    /// <summary>A branch of <c>oneOf</c> that a member tells apart, most of the time.</summary>
    private JsonObject Variant(int depth)
    {
        var variant = new JsonObject { ["properties"] = new JsonObject { ["a"] = new JsonObject { ["const"] = Pick("x", "y", "z") }, ["b"] = Schema(depth - 1) } };
        if (!Chance(4))
        {
            variant["required"] = new JsonArray("a");
        }

        if (!Chance(4))
        {
            variant["type"] = "object";
        }

        return variant;
    }

    /// <summary>A bound that is one more or less, which for whole numbers is the same where one of the two is exclusive.</summary>
    private JsonNode Beside(JsonNode bound) => (double)bound is > -100 and < 100 and var number ? JsonNode.Parse($"{number + Pick(-1, -0.5, 0.5, 1)}")! : bound.DeepClone();

    /// <summary>A value that leans towards what a schema speaks of.</summary>
    public JsonNode? Value(JsonNode schema, int depth)
    {
        if (depth == 0 || schema is not JsonObject rules || Chance(6))
        {
            return Any(depth);
        }

        if (rules["const"] is { } only && !Chance(4))
        {
            return Rewritten(only);
        }

        if (rules["enum"] is JsonArray { Count: > 0 } values && !Chance(4))
        {
            return Rewritten(Pick([.. values]));
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

    /// <summary>The same JSON value, a number perhaps written otherwise.</summary>
    private JsonNode? Rewritten(JsonNode? value) => value switch
    {
        JsonArray elements => new JsonArray([.. elements.Select(Rewritten)]),
        JsonObject members => new JsonObject(members.Select(member => KeyValuePair.Create(member.Key, Rewritten(member.Value)))),
        JsonValue number when number.GetValueKind() == JsonValueKind.Number && Chance(2) => number.ToJsonString() switch
        {
            "1.0" or "1e0" => JsonNode.Parse("1"),
            "2.0" => JsonNode.Parse("2"),
            var text when text.All(char.IsAsciiDigit) => JsonNode.Parse(text + ".0"),
            _ => number.DeepClone(),
        },
        _ => value?.DeepClone(),
    };

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
        var prefix = rules["prefixItems"] as JsonArray ?? rules["items"] as JsonArray ?? [];
        var rest = rules["items"] is JsonArray ? rules["additionalItems"] : rules["items"];
        for (var i = random.Next(4); i > 0; i--)
        {
            var schema = elements.Count < prefix.Count ? prefix[elements.Count]! : Chance(2) && rules["contains"] is { } contains ? contains : rest ?? true;
            elements.Add(Value(schema, depth - 1));
        }

        return elements;
    }

    /// <summary>On a bound, or a little beside it.</summary>
    private JsonNode Number(JsonObject rules)
    {
        string[] bounds = [.. rules.Where(rule => rule.Key.Contains("imum", StringComparison.Ordinal) || rule.Key == "multipleOf").Select(rule => rule.Value!.ToJsonString())
            .Where(bound => bound != "true")]; // which stands beside a bound in draft-04
        return bounds.Length == 0 || Chance(3) ? JsonNode.Parse(Pick(Numbers))!
            : Chance(3) ? Beside(JsonNode.Parse(Pick(bounds))!)
            : JsonNode.Parse(Pick(bounds))!;
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
        "enum" when Chance(2) => new JsonArray(JsonNode.Parse(Pick(Numbers)), JsonNode.Parse(Pick(Numbers))),
        "enum" => new JsonArray([.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Any(1))]),
        "const" => Chance(2) ? JsonNode.Parse(Pick(Numbers))! : Any(1) ?? 0,
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
