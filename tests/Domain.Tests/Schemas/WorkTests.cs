using System.Diagnostics;
using System.Text.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Tests.Schemas;

/// <summary>The budget of a check: what is dear is given up, what is ordinary never is, and the same always comes to the same.</summary>
public sealed class WorkTests
{
    private const int PayloadBytes = 64 * 1024;

    /// <summary>Twice the same reference, again and again, over rules that are dear by themselves.</summary>
    private static readonly (string Rule, string Payload)[] DearOnes =
    [
        ($$"""{"required":[{{List(4_000, i => $"\"n{i}\"")}}]}""", $$"""{ {{List(4_000, i => $"\"n{i}\":1")}} }"""),
        ("""{"properties":{"a":{"uniqueItems":true} } }""", $$"""{"a":[{{List(9_000, i => $"{i}")}}]}"""),
        ($$"""{"properties":{"a":{"const":[{{List(9_000, i => $"{i}")}}]} } }""", $$"""{"a":[{{List(9_000, i => $"{i}")}}]}"""),
        ($$"""{"dependentRequired":{ {{List(2_000, i => $"\"n{i}\":[\"n{i + 1}\"]")}} } }""", $$"""{ {{List(4_000, i => $"\"n{i}\":1")}} }"""),
        ("""{"properties":{"a":{"contains":{"const":-1},"minContains":0} } }""", $$"""{"a":[{{List(9_000, i => $"{i}")}}]}"""),
        ("""{"properties":{"a":{"pattern":"([a-z]*)*[a-z]{0,300}b$"} } }""", $$"""{"a":"{{new string('a', 60_000)}}b"}"""),
        ("""{"properties":{"a":{"format":"regex"} } }""", $$"""{"a":"{{new string('(', 30_000)}}{{new string(')', 30_000)}}"}"""),
        ("""{"properties":{"a":{"items":{"multipleOf":1e-900} } } }""", $$"""{"a":[{{List(60, _ => new string('7', 990))}}]}"""),
        ("""{"patternProperties":{"n.*n.*n$":false,"^[a-z]{0,200}x":false} }""", $$"""{ {{List(4_000, i => $"\"n{i}\":1")}} }"""),
        ("""{"unevaluatedProperties":true}""", $$"""{ {{List(4_000, i => $"\"n{i}\":1")}} }"""),
    ];

    /// <summary>Under short names.</summary>
    private static IEnumerable<TestCaseData> Dear => DearOnes.Select(dear => new TestCaseData(dear).SetArgDisplayNames(dear.Rule[..Math.Min(40, dear.Rule.Length)]));

    [TestCaseSource(nameof(Dear))]
    public void A_dear_rule_that_is_doubled_is_given_up_in_time((string Rule, string Payload) dear)
    {
        var schema = Doubled(dear.Rule, levels: 20);
        var payload = JsonElement.Parse(dear.Payload);
        var cpu = Cpu();
        var verdict = schema.Check(payload, new Work(Work.PerPayload));
        var spent = Cpu() - cpu;
        Assert.That(verdict.IsTooComplex, Is.True);
        Assert.That(verdict.Faults.Single().Code, Is.EqualTo("tooComplex"));
        TestContext.Out.WriteLine($"{spent.TotalMilliseconds:0} ms");
        Assert.That(spent, Is.LessThan(TimeSpan.FromSeconds(3)), "a unit of work takes some nanoseconds, and not some hundreds");
    }

    [TestCaseSource(nameof(Dear))]
    public void The_same_check_always_takes_the_same_work((string Rule, string Payload) dear)
    {
        var schema = Doubled(dear.Rule, levels: 3);
        var first = Spent();
        Assert.That(Spent(), Is.EqualTo(first));

        long Spent()
        {
            var work = new Work(Work.PerPayload);
            schema.Check(JsonElement.Parse(dear.Payload), work);
            return work.Spent;
        }
    }

    /// <summary>Every rule that needs no branch, at its dearest, on payloads that are as large as they may be.</summary>
    [TestCase("""{"properties":{"a":{"pattern":"a{0,390}b"} } }""", "\"a\":\"", "a", "\"")]
    [TestCase("""{"properties":{"a":{"pattern":"\\p{L}{0,390}[^a-z]{3}"} } }""", "\"a\":\"", "é", "\"")]
    [TestCase("""{"patternProperties":{"n[a-z]{0,390}x":false},"propertyNames":{"pattern":"^[a-z]+[0-9]*$","maxLength":50,"minLength":1},"additionalProperties":{"type":"integer","minimum":0} }""", "", "\"nnnnnnnnnn#\":1,", "\"z\":1")]
    [TestCase("""{"patternProperties":{"a{0,390}b":false},"propertyNames":{"pattern":"a{0,380}b|^" } }""", "\"", "a", "\":1")]
    [TestCase("""{"properties":{"a":{"uniqueItems":true,"items":{"uniqueItems":true,"items":{"enum":[1,2,[3]],"multipleOf":0.5} } } } }""", "\"a\":[", "[1,2],[2,1],[1],[2],", "[]]")]
    [TestCase("""{"properties":{"a":{"items":{"format":"date-time","minLength":1,"maxLength":100,"pattern":"^[0-9TZ:.-]+$"} } } }""", "\"a\":[", "\"2026-01-31T09:30:00Z\",", "\"2026-01-31T09:30:00Z\"]")]
    [TestCase("""{"properties":{"a":{"items":{"multipleOf":3.7e-300,"minimum":-1,"maximum":1e1000,"type":"number"} } } }""", "\"a\":[", "12345678901234567890.5e-300,", "1]")]
    [TestCase("""{"properties":{"a":{"format":"regex"} } }""", "\"a\":\"", "(a|[b-z])*", "\"")]
    [TestCase("""{"unevaluatedProperties":{"type":"integer"},"minProperties":1}""", "", "\"n#\":1,", "\"z\":1")]
    public void An_ordinary_schema_always_fits_the_budget(string schema, string opening, string repeated, string closing)
    {
        var text = new System.Text.StringBuilder("{" + opening);
        for (var i = 0; System.Text.Encoding.UTF8.GetByteCount(repeated) * (i + 1) < PayloadBytes - 200 - (8 * i * (repeated.Contains('#') ? 1 : 0)); i++)
        {
            text.Append(repeated.Replace("#", $"{i}", StringComparison.Ordinal));
        }

        var payload = JsonElement.Parse(text.Append(closing).Append('}').ToString());
        var work = new Work(Work.PerPayload);
        var verdict = PayloadSchema.Parse(JsonElement.Parse(schema)).Value.Check(payload, work);
        TestContext.Out.WriteLine($"{work.Spent:N0} units");
        Assert.That(verdict.IsTooComplex, Is.False);
    }

    [Test]
    public void A_caller_that_goes_ends_the_check()
    {
        using var gone = new CancellationTokenSource();
        gone.Cancel();
        var (rule, payload) = DearOnes[5];
        Assert.That(() => Doubled(rule, levels: 20).Check(JsonElement.Parse(payload), new Work(Work.PerPayload, gone.Token)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(() => Doubled(rule, levels: 20).Accepts(JsonElement.Parse(payload), new Work(Work.PerPayload, gone.Token)), Throws.InstanceOf<OperationCanceledException>());
    }

    /// <summary>An enum whose values are each tried under very many branches.</summary>
    [Test]
    public void A_dear_proof_is_given_up_by_its_work_and_not_by_the_clock()
    {
        var old = Schema($$"""{"enum":[{{List(499, i => $$"""{"n":{{i}},"m":"{{i}}"}""")}}]}""");
        var changed = Schema($$"""{"anyOf":[{"$ref":"#/$defs/l0"},{"required":["n"]}],"$defs":{ {{Levels(12, "anyOf")}},"l12":{"required":["z"]} } }""");
        var cpu = Cpu();
        var proof = changed.ProveAccepts(old);
        Assert.That(proof.IsCompatible, Is.False);
        Assert.That(proof.Unproved.Select(rule => rule.Reason), Is.EqualTo(["A proof takes too many steps."]));
        Assert.That(Cpu() - cpu, Is.LessThan(TimeSpan.FromSeconds(1)));
    }

    [Test]
    public void Only_so_many_faults_are_named_and_each_of_them_is_short()
    {
        var name = new string('n', 20_000);
        var schema = Schema("""{"additionalProperties":{"items":{"type":"string"} } }""");
        var verdict = schema.Check(JsonElement.Parse($$"""{"{{name}}":[{{List(2_000, i => $"{i}")}}]}"""), new Work(Work.PerPayload));
        Assert.That(verdict.Faults, Has.Count.EqualTo(Evaluation.MaxFaults));
        Assert.That(verdict.Faults.Sum(fault => fault.PayloadPointer.Length), Is.LessThan(2_000_000));
    }

    [TestCase("""{"properties":{"a":{"pattern":"^[\\u0100-\\uffff\\p{L}]{1,100}$"} } }""")]
    [TestCase("""{"type":"object"}""")]
    public void The_weight_of_a_schema_is_about_what_it_takes(string schema)
    {
        var json = JsonElement.Parse(schema);
        List<PayloadSchema> kept = [PayloadSchema.Parse(json).Value];
        var before = GC.GetTotalMemory(forceFullCollection: true);
        kept.AddRange(Enumerable.Range(0, 500).Select(_ => PayloadSchema.Parse(json).Value));
        var each = (GC.GetTotalMemory(forceFullCollection: true) - before) / 500.0;
        TestContext.Out.WriteLine($"{each:N0} bytes, weight {kept[0].Weight:N0}");
        Assert.That(kept[0].Weight, Is.InRange(each / 3, (each * 10) + 2_000));
    }

    private static string List(int count, Func<int, string> item) => string.Join(',', Enumerable.Range(0, count).Select(item));

    private static PayloadSchema Schema(string text) => PayloadSchema.Parse(JsonElement.Parse(text)).Value;

    private static PayloadSchema Doubled(string rule, int levels) =>
        Schema($$"""{"$ref":"#/$defs/l0","$defs":{ {{Levels(levels, "allOf")}},"l{{levels}}":{{rule}} } }""");

    /// <summary>Each refers to the next one twice.</summary>
    private static string Levels(int count, string both) =>
        List(count, i => $$"""
            "l{{i}}":{"{{both}}":[{"$ref":"#/$defs/l{{i + 1}}"},{"$ref":"#/$defs/l{{i + 1}}"}]}
            """);

    private static TimeSpan Cpu()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime;
    }
}
