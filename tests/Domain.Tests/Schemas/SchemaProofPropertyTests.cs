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

    private static readonly int Pairs = Setting("FLOWNALLY_PROOF_PAIRS", 40_000);
    private static readonly int Seed = Setting("FLOWNALLY_PROOF_SEED", Random.Shared.Next());

    [Test]
    public void What_is_proved_compatible_breaks_no_value()
    {
        var (proved, instances) = (0, 0);
        var broken = Parallel(seed =>
        {
            var generator = new SchemaGenerator(new Random(seed));
            if (Pair(generator) is not { } pair || !pair.New.ProveAccepts(pair.Old).IsCompatible)
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
        });
        TestContext.Out.WriteLine($"FLOWNALLY_PROOF_SEED={Seed}: {Pairs} pairs, {proved} proved, {instances} values tried");
        Assert.That(broken, Is.Empty);
        Assert.That(instances, Is.GreaterThan(Pairs / 10), "too few values to mean anything");
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

    private static (JsonNode OldJson, JsonNode NewJson, PayloadSchema Old, PayloadSchema New)? Pair(SchemaGenerator generator)
    {
        var old = generator.Schema(Depth);
        var changed = generator.Mutation(old, Depth);
        var (oldSchema, newSchema) = (Compile(old), Compile(changed));
        return oldSchema is null || newSchema is null ? null : (old, changed, oldSchema, newSchema);
    }

    private static PayloadSchema? Compile(JsonNode schema) =>
        PayloadSchema.Compile(Element(schema), Dialect.Draft202012, payloadsAreObjects: true) is { IsSuccess: true } compiled ? compiled.Value : null;

    private static JsonElement Element(JsonNode? node) => JsonElement.Parse(node?.ToJsonString() ?? "null");

    private static int Setting(string name, int standard) =>
        Environment.GetEnvironmentVariable(name) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : standard;
}
