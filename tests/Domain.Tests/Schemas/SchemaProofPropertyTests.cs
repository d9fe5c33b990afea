using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Tests.Schemas;

/// <summary>
/// The promise of a proof: what is called compatible breaks no value. <c>FLOWNALLY_PROOF_PAIRS</c> sets how many pairs of
/// schemas are tried, <c>FLOWNALLY_PROOF_SEED</c> repeats a run.
/// </summary>
public sealed class SchemaProofPropertyTests
{
    private const int Depth = 3;
    private const int ValuesPerPair = 25;

    private const int MostPairsToCatch = 1_000_000;

    private static readonly int Pairs = Setting("FLOWNALLY_PROOF_PAIRS", 40_000);
    private static readonly int Seed = Setting("FLOWNALLY_PROOF_SEED", Random.Shared.Next());

    [Test]
    public void What_is_proved_compatible_breaks_no_value()
    {
        var (proved, instances) = (0, 0);
        var broken = Parallel(seed => Attempt(seed, schema => schema, ref proved, ref instances));
        TestContext.Out.WriteLine($"FLOWNALLY_PROOF_SEED={Seed}: {Pairs} pairs, {proved} proved, {instances} values tried");
        Assert.That(broken, Is.Empty);
        Assert.That(instances, Is.GreaterThan(Pairs / 10), "too few values to mean anything");
    }

    /// <summary>Each side in a draft of its own; of draft-04 that 1.0 is no integer there.</summary>
    [Test]
    public void What_is_proved_compatible_across_drafts_breaks_no_value()
    {
        var (proved, instances) = (0, 0);
        var broken = Parallel(seed => Attempt(seed, schema => schema, ref proved, ref instances, acrossDrafts: true));
        TestContext.Out.WriteLine($"FLOWNALLY_PROOF_SEED={Seed}: {Pairs} pairs, {proved} proved, {instances} values tried");
        Assert.That(broken, Is.Empty);
        Assert.That(instances, Is.GreaterThan(Pairs / 40), "too few values to mean anything");
    }

    /// <summary>
    /// A proof that misunderstands a keyword is the sound proof of schemas that were distorted accordingly. If this test does
    /// not find what such a proof lets pass, it would not find it in ours.
    /// </summary>
    [TestCase("oneOf is taken for anyOf")]
    [TestCase("bounds are compared as double")]
    [TestCase("additionalProperties is ignored")]
    [TestCase("exclusive bounds are taken for inclusive")]
    [TestCase("minItems is taken for one more")]
    public void A_proof_that_is_broken_on_purpose_is_caught(string fault)
    {
        var (proved, instances) = (0, 0);
        var caught = Enumerable.Range(0, MostPairsToCatch).AsParallel()
            .Any(i => Attempt(unchecked(Seed + i), schema => Distort(schema, fault), ref proved, ref instances) is not null);
        TestContext.Out.WriteLine($"FLOWNALLY_PROOF_SEED={Seed}: {proved} proved, {instances} values tried");
        Assert.That(caught, Is.True);
    }

    [Test]
    public void A_schema_is_compatible_with_itself()
    {
        var unproved = Parallel(seed =>
        {
            var schema = new SchemaGenerator(new Random(seed)).Schema(Depth);
            var compiled = PayloadSchema.Compile(Element(schema), Dialect.Draft202012, payloadsAreObjects: false);
            return compiled.IsSuccess && !compiled.Value.ProveAccepts(compiled.Value).IsCompatible ? $"seed {seed}: {schema.ToJsonString()}" : null;
        });
        Assert.That(unproved, Is.Empty);
    }

    private static List<string> Parallel(Func<int, string?> attempt) =>
        [.. Enumerable.Range(0, Pairs).AsParallel().Select(i => attempt(unchecked(Seed + i))).OfType<string>().Take(3)];

    /// <summary>Makes a pair of schemas and, where the proof of what was made of them holds, looks for a value that shows it wrong.</summary>
    private static string? Attempt(int seed, Func<JsonNode, JsonNode> seen, ref int proved, ref int instances, bool acrossDrafts = false)
    {
        var generator = new SchemaGenerator(new Random(seed));
        if (Pair(generator, acrossDrafts) is not { } pair || Compile(seen(pair.OldJson)) is not { } old || Compile(seen(pair.NewJson)) is not { } changed
            || !changed.ProveAccepts(old).IsCompatible)
        {
            return null;
        }

        Interlocked.Increment(ref proved);
        for (var i = 0; i < ValuesPerPair; i++)
        {
            var value = Element(generator.Value(i % 3 == 0 ? pair.NewJson : pair.OldJson, Depth));
            if (value.ValueKind == JsonValueKind.Object && pair.Old.Validate(value).Count == 0)
            {
                Interlocked.Increment(ref instances);
                if (pair.New.Validate(value).Count > 0)
                {
                    return $"seed {seed}: {pair.OldJson.ToJsonString()} -> {pair.NewJson.ToJsonString()} breaks {value}";
                }
            }
        }

        return null;
    }

    private static JsonNode Distort(JsonNode schema, string fault)
    {
        switch (schema)
        {
            case JsonObject rules:
                var distorted = new JsonObject();
                foreach (var (keyword, value) in rules)
                {
                    if (fault.StartsWith("oneOf", StringComparison.Ordinal) && keyword == "oneOf")
                    {
                        distorted["allOf"] = new JsonArray([.. (rules["allOf"] as JsonArray ?? []).Select(branch => Distort(branch!, fault)),
                            new JsonObject { ["anyOf"] = Distort(value!, fault) }]);
                    }
                    else if (!(fault.StartsWith("additional", StringComparison.Ordinal) && keyword == "additionalProperties")
                        && !(keyword == "allOf" && distorted.ContainsKey("allOf")))
                    {
                        distorted[fault.StartsWith("exclusive", StringComparison.Ordinal) ? keyword.Replace("exclusiveM", "m", StringComparison.Ordinal) : keyword] = fault.StartsWith("bounds", StringComparison.Ordinal) && keyword.Contains("imum", StringComparison.Ordinal)
                            ? JsonValue.Create(double.Clamp((double)value!, double.MinValue, double.MaxValue))
                            : value is null ? null
                            : keyword == "minItems" && fault.StartsWith(keyword, StringComparison.Ordinal) ? (int)value + 1
                            : Distort(value, fault);
                    }
                }

                return distorted;
            case JsonArray list:
                return new JsonArray([.. list.Select(item => item is null ? null : Distort(item, fault))]);
            default:
                return schema.DeepClone();
        }
    }

    private static (JsonNode OldJson, JsonNode NewJson, PayloadSchema Old, PayloadSchema New)? Pair(SchemaGenerator generator, bool acrossDrafts)
    {
        var old = generator.Schema(Depth);
        var changed = generator.Mutation(old, Depth);
        if (acrossDrafts)
        {
            (old, changed) = (generator.InSomeDraft(old), generator.InSomeDraft(changed));
        }

        var (oldSchema, newSchema) = (Compile(old), Compile(changed));
        return oldSchema is null || newSchema is null ? null : (old, changed, oldSchema, newSchema);
    }

    private static PayloadSchema? Compile(JsonNode schema) =>
        PayloadSchema.Compile(Element(schema), Dialect.Draft202012, payloadsAreObjects: true) is { IsSuccess: true } compiled ? compiled.Value : null;

    private static JsonElement Element(JsonNode? node) => JsonElement.Parse(node?.ToJsonString() ?? "null");

    private static int Setting(string name, int standard) =>
        Environment.GetEnvironmentVariable(name) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : standard;
}
