using System.Globalization;
using System.Text.Json;
using Flownally.Domain.Schemas;
using NJsonSchema;

namespace Flownally.Domain.Tests.Schemas;

/// <summary>
/// Compares verdicts with NJsonSchema on generated schemas, kept to keywords and values that both read the same way:
/// no const, no enum of other than strings, no fractions, no astral characters, no maximum of 0
/// (which it takes for none), no null beside an empty string in an array (which it takes for equal).
/// </summary>
public sealed class NJsonSchemaOracleTests
{
    private const int Cases = 3_000;

    private static readonly string[] Names = ["a", "b", "c"];
    private static readonly string[] Texts = ["\"\"", "\"x\"", "\"xy\"", "\"12\"", "\"abc\""];

    [Test]
    public async Task Both_give_the_same_verdict()
    {
        var seed = Environment.TickCount;
        TestContext.Out.WriteLine($"seed {seed}");
        var random = new Random(seed);
        var valid = 0;
        for (var i = 0; i < Cases; i++)
        {
            var schema = Schema(random, 3);
            var value = Value(random, 3);
            var ours = PayloadSchema.Compile(JsonElement.Parse(schema), Dialect.Draft202012, payloadsAreObjects: false).Value.Validate(JsonElement.Parse(value)).Count == 0;
            var theirs = (await JsonSchema.FromJsonAsync(schema)).Validate(value).Count == 0;
            valid += ours ? 1 : 0;
            Assert.That(ours, Is.EqualTo(theirs), $"seed {seed}: {schema} on {value}");
        }

        Assert.That(valid, Is.InRange(Cases / 20, Cases * 19 / 20), "the cases must be able to tell an engine that says the same of all");
    }

    [Test]
    public async Task Null_and_an_empty_string_differ_for_us_alone()
    {
        const string Schema = """{"uniqueItems":true}""";
        const string Value = """[null,"",true]""";
        var ours = PayloadSchema.Compile(JsonElement.Parse(Schema), Dialect.Draft202012, payloadsAreObjects: false).Value;
        Assert.That(ours.Validate(JsonElement.Parse(Value)), Is.Empty);
        Assert.That((await JsonSchema.FromJsonAsync(Schema)).Validate(Value), Is.Not.Empty, "Then the generated arrays can have both.");
    }

    private static string Schema(Random random, int depth)
    {
        List<string> keywords = [];
        switch (random.Next(depth == 0 ? 3 : 7))
        {
            case 5:
                return $"{{\"{Pick(random, ["allOf", "anyOf", "oneOf"])}\":[{Schema(random, depth - 1)},{Schema(random, depth - 1)}]}}";
            case 6:
                return $"{{\"not\":{Schema(random, depth - 1)}}}";
            case 0:
                keywords.Add("\"type\":\"string\"");
                Maybe(random, keywords, $"\"minLength\":{random.Next(3)}");
                Maybe(random, keywords, $"\"maxLength\":{random.Next(1, 4)}");
                Maybe(random, keywords, "\"pattern\":\"^[0-9]+$\"");
                Maybe(random, keywords, "\"enum\":[\"x\",\"12\"]");
                break;
            case 1:
                keywords.Add("\"type\":\"integer\"");
                Maybe(random, keywords, $"\"minimum\":{random.Next(-3, 3)}");
                Maybe(random, keywords, $"\"maximum\":{random.Next(-3, 6)}");
                Maybe(random, keywords, $"\"multipleOf\":{random.Next(1, 4)}");
                Maybe(random, keywords, $"\"exclusiveMinimum\":{random.Next(1, 4)}");
                Maybe(random, keywords, $"\"exclusiveMaximum\":{random.Next(1, 6)}");
                break;
            case 2:
                keywords.Add($"\"type\":[\"{Pick(random, ["null", "boolean"])}\",\"integer\"]");
                break;
            case 3:
                keywords.Add("\"type\":\"array\"");
                keywords.Add($"\"items\":{Schema(random, depth - 1)}");
                Maybe(random, keywords, $"\"minItems\":{random.Next(3)}");
                Maybe(random, keywords, $"\"maxItems\":{random.Next(1, 4)}");
                Maybe(random, keywords, "\"uniqueItems\":true");
                break;
            default:
                keywords.Add("\"type\":\"object\"");
                keywords.Add($"\"properties\":{{{string.Join(',', Names[..random.Next(1, 4)].Select(name => $"\"{name}\":{Schema(random, depth - 1)}"))}}}");
                Maybe(random, keywords, $"\"required\":[\"{Pick(random, Names)}\"]");
                Maybe(random, keywords, $"\"additionalProperties\":{(depth > 1 && random.Next(2) == 0 ? Schema(random, depth - 1) : "false")}");
                Maybe(random, keywords, $"\"patternProperties\":{{\"^[bc]$\":{Schema(random, 0)}}}");
                Maybe(random, keywords, $"\"minProperties\":{random.Next(3)}");
                Maybe(random, keywords, $"\"maxProperties\":{random.Next(1, 4)}");
                break;
        }

        return $"{{{string.Join(',', keywords)}}}";
    }

    private static string Value(Random random, int depth) => random.Next(depth == 0 ? 4 : 7) switch
    {
        0 => Pick(random, Texts),
        1 or 2 => random.Next(-3, 7).ToString(CultureInfo.InvariantCulture),
        3 => Pick(random, ["null", "true", "false"]),
        4 => $"[{string.Join(',', Items(random, depth - 1))}]",
        _ => $"{{{string.Join(',', Names[..random.Next(4)].Select(name => $"\"{name}\":{Value(random, depth - 1)}"))}}}",
    };

    private static IEnumerable<string> Items(Random random, int depth)
    {
        string[] items = [.. Enumerable.Range(0, random.Next(4)).Select(_ => Value(random, depth))];
        return items.Contains("null") ? items.Where(item => item != Texts[0]) : items;
    }

    private static void Maybe(Random random, List<string> keywords, string keyword)
    {
        if (random.Next(3) == 0)
        {
            keywords.Add(keyword);
        }
    }

    private static string Pick(Random random, string[] from) => from[random.Next(from.Length)];
}
