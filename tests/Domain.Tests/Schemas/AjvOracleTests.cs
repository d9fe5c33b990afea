using System.Text.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Tests.Schemas;

/// <summary>
/// Compares verdicts with ajv on generated schemas of nearly every keyword. Left out are numbers that JavaScript cannot hold, formats,
/// <c>unevaluated*</c>, for which ajv takes what a branch of <c>oneOf</c> that fails has looked at as evaluated, and <c>contains</c> on
/// empty arrays, which it may let pass; the official suite speaks of both.
/// </summary>
public sealed class AjvOracleTests
{
    private const int Cases = 4_000;

    /// <summary>Always the same cases: a fault that ajv has shows rarely, and should not show to somebody who changed something else.</summary>
    private const int Seed = 2;

    private static readonly string[] Beyond = ["1e400", "90071992547409", "\"format\"", "\"unevaluated"];

    [Test]
    public async Task Both_give_the_same_verdict()
    {
        if (!Programs.Has("npm"))
        {
            Assert.Ignore("ajv needs npm, which comes with Node.js.");
        }

        var generator = new SchemaGenerator(new Random(Seed));
        var cases = new List<(string Schema, string Value, bool Ours)>();
        while (cases.Count < Cases)
        {
            var node = generator.Schema(3);
            var (schema, value) = (node.ToJsonString(), generator.Value(node, 3)?.ToJsonString() ?? "null");
            if (Beyond.Any(text => (schema + value).Contains(text, StringComparison.Ordinal))
                || (schema.Contains("\"contains\"", StringComparison.Ordinal) && value.Contains("[]", StringComparison.Ordinal)))
            {
                continue;
            }

            var compiled = PayloadSchema.Compile(JsonElement.Parse(schema), Dialect.Draft202012, payloadsAreObjects: false);
            if (compiled.IsSuccess)
            {
                cases.Add((schema, value, compiled.Value.Validate(JsonElement.Parse(value)).Count == 0));
            }
        }

        var theirs = await AskAsync(cases.Select(c => $$"""{"schema":{{c.Schema}},"value":{{c.Value}} }"""));
        Assert.That(cases.Count(c => c.Ours), Is.InRange(Cases / 20, Cases * 19 / 20), "the cases must be able to tell an engine that says the same of all");
        Assert.That(theirs.Count(verdict => verdict == "null"), Is.LessThan(Cases / 100), "ajv cannot compile a few");
        using (Assert.EnterMultipleScope())
        {
            foreach (var ((schema, value, ours), verdict) in cases.Zip(theirs))
            {
                Assert.That(verdict, Is.EqualTo(ours ? "true" : "false").Or.EqualTo("null"), $"{schema} on {value}");
            }
        }
    }

    private static async Task<string[]> AskAsync(IEnumerable<string> cases)
    {
        var packages = Path.Combine(Programs.Root, "artifacts/ajv");
        await Programs.RunAsync("npm", ["install", "--prefix", packages, "--no-save", "--no-audit", "--no-fund", "--silent", "ajv@8.20.0"], packages, []);
        var output = await Programs.RunAsync("node", [Path.Combine(Programs.Root, "tests/Domain.Tests/Schemas/ajv.cjs")], packages, cases);
        return output.TrimEnd().Split('\n');
    }
}
