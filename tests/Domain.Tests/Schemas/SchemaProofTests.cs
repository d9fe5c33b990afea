using System.Text.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Tests.Schemas;

public sealed class SchemaProofTests
{
    /// <summary>Changes that people make to the schema of a member, and that every stored value survives.</summary>
    private static readonly (string Old, string New)[] Widened =
    [
        ("""{"type":"integer"}""", """{"type":"number"}"""),
        ("""{"type":"string"}""", """{"type":["string","null"]}"""),
        ("""{"type":"string"}""", """{"type":["string","number"]}"""),
        ("""{"type":["string","null"]}""", """{}"""),
        ("""{"type":"string"}""", """true"""),
        ("""{"minimum":1}""", """{"minimum":0}"""),
        ("""{"minimum":1}""", """{"exclusiveMinimum":0}"""),
        ("""{"exclusiveMinimum":0}""", """{"minimum":0}"""),
        ("""{"type":"integer","minimum":1,"maximum":5}""", """{"type":"integer","minimum":1}"""),
        ("""{"maximum":10}""", """{"maximum":10.5}"""),
        ("""{"maximum":9007199254740992}""", """{"maximum":9007199254740993}"""),
        ("""{"exclusiveMaximum":1}""", """{"maximum":1}"""),
        ("""{"type":"integer","exclusiveMinimum":0}""", """{"type":"integer","minimum":1}"""),
        ("""{"type":"integer","minimum":1}""", """{"type":"integer","exclusiveMinimum":0}"""),
        ("""{"type":"integer","exclusiveMaximum":0}""", """{"type":"integer","maximum":-1}"""),
        ("""{"type":"integer","maximum":-1}""", """{"type":"integer","exclusiveMaximum":0}"""),
        ("""{"type":"integer","minimum":0.5}""", """{"type":"integer","minimum":1}"""),
        ("""{"type":"integer","maximum":-0.5}""", """{"type":"integer","maximum":-1}"""),
        ("""{"type":"integer","exclusiveMinimum":-1.5}""", """{"type":"integer","exclusiveMinimum":-1.9}"""),
        ("""{"type":"integer","exclusiveMaximum":99.5}""", """{"type":"integer","exclusiveMaximum":99.1}"""),
        ("""{"type":"integer","exclusiveMinimum":9007199254740992}""", """{"minimum":9007199254740993}"""),
        ("""{"type":"integer","exclusiveMinimum":1e3}""", """{"minimum":1001}"""),
        ("""{"type":"integer","exclusiveMinimum":1e100000}""", """{"minimum":1e100000}"""),
        ("""{"type":["integer","null"],"exclusiveMinimum":0}""", """{"type":["integer","null"],"minimum":1}"""),
        ("""{"multipleOf":2,"exclusiveMinimum":0}""", """{"minimum":1}"""),
        ("""{"type":"number","multipleOf":2}""", """{"type":"integer"}"""),
        ("""{"type":"integer","exclusiveMinimum":0,"exclusiveMaximum":1}""", """{"const":"nothing is left"}"""),
        ("""{"type":"object","properties":{"a":{}},"additionalProperties":false}""", """{"type":"object","properties":{"a":{}},"unevaluatedProperties":false}"""),
        ("""{"type":"object","properties":{"a":{}},"unevaluatedProperties":false}""", """{"type":"object","properties":{"a":{}},"additionalProperties":false}"""),
        ("""{"properties":{"a":{}},"unevaluatedProperties":false}""", """{"properties":{"a":{},"b":{"type":"string"}},"unevaluatedProperties":false}"""),
        ("""{"patternProperties":{"^x":{}},"unevaluatedProperties":{"type":"integer"}}""", """{"patternProperties":{"^x":{}},"additionalProperties":{"type":"number"}}"""),
        ("""{"unevaluatedProperties":false,"not":{"required":["a"]}}""", """{"additionalProperties":false}"""),
        ("""{"additionalProperties":{},"unevaluatedProperties":false}""", """{"additionalProperties":true}"""),
        ("""{"items":{"const":1},"minItems":1}""", """{"contains":{"const":1}}"""),
        ("""{"items":{"type":"integer"},"minItems":3}""", """{"contains":{"type":"number"},"minContains":2}"""),
        ("""{"prefixItems":[{"const":1}],"minItems":1}""", """{"contains":{"const":1}}"""),
        ("""{"prefixItems":[{"const":"head"}],"items":{"const":1},"minItems":3}""", """{"contains":{"const":1},"minContains":2}"""),
        ("""{"items":{"const":1},"minItems":1e9,"maxItems":2e9}""", """{"contains":{"const":1},"minContains":1000000000,"maxContains":2000000000}"""),
        ("""{"multipleOf":6}""", """{"multipleOf":3}"""),
        ("""{"type":"integer"}""", """{"multipleOf":0.1}"""),
        ("""{"type":"number","format":"int32"}""", """{"type":"number","format":"int64"}"""),
        ("""{"minLength":2}""", """{"minLength":1}"""),
        ("""{"maxLength":10}""", """{"maxLength":20}"""),
        ("""{"minLength":1}""", """{"minLength":0}"""),
        ("""{"pattern":"^a"}""", """{}"""),
        ("""{"pattern":"^a","minLength":2}""", """{"pattern":"^a"}"""),
        ("""{"format":"email"}""", """{}"""),
        ("""{"type":"string","format":"date"}""", """{"type":"string","format":"date","title":"A day"}"""),
        ("""{"enum":["a","b"]}""", """{"enum":["a","b","c"]}"""),
        ("""{"enum":["a","b"]}""", """{"enum":["b","a"]}"""),
        ("""{"const":"a"}""", """{"enum":["a","b"]}"""),
        ("""{"enum":["a","b"]}""", """{"type":"string"}"""),
        ("""{"enum":[1,2]}""", """{"type":"integer","minimum":1}"""),
        ("""{"enum":["a","b"]}""", """{"type":"string","maxLength":1,"pattern":"^[ab]$"}"""),
        ("""{"type":"boolean"}""", """{"enum":[true,false,null]}"""),
        ("""{"type":"array","items":{"type":"integer"}}""", """{"type":"array","items":{"type":"number"}}"""),
        ("""{"type":"array","items":{"type":"integer"}}""", """{"type":"array"}"""),
        ("""{"minItems":2}""", """{"minItems":1}"""),
        ("""{"maxItems":2}""", """{"maxItems":3}"""),
        ("""{"type":"array","uniqueItems":true}""", """{"type":"array"}"""),
        ("""{"type":"array","maxItems":1}""", """{"type":"array","uniqueItems":true}"""),
        ("""{"prefixItems":[{"type":"integer"}],"items":false}""", """{"prefixItems":[{"type":"number"}]}"""),
        ("""{"contains":{"const":1},"minContains":2}""", """{"contains":{"enum":[1,2]}}"""),
        ("""{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}""", """{"type":"object","properties":{"a":{"type":"string"}}}"""),
        ("""{"type":"object","properties":{"a":{}},"additionalProperties":false}""", """{"type":"object","properties":{"a":{},"b":{"type":"string"}},"additionalProperties":false}"""),
        ("""{"type":"object","properties":{"a":{}},"additionalProperties":false}""", """{"type":"object","properties":{"a":{},"b":{"type":"string"}}}"""),
        ("""{"type":"object","properties":{"a":{}},"additionalProperties":false}""", """{"type":"object","properties":{"a":{}}}"""),
        ("""{"type":"object","properties":{"a":{"type":"integer"}},"additionalProperties":false}""", """{"type":"object","properties":{"a":{"type":"number"}},"additionalProperties":{"type":"string"}}"""),
        ("""{"additionalProperties":{"type":"integer"}}""", """{"additionalProperties":{"type":["integer","string"]}}"""),
        ("""{"additionalProperties":{"type":"integer"}}""", """{"properties":{"a":{"type":"number"}}}"""),
        ("""{"patternProperties":{"^x":{"type":"integer"}}}""", """{"patternProperties":{"^x":{"type":"number"}}}"""),
        ("""{"properties":{"a":{}},"additionalProperties":false}""", """{"propertyNames":{"maxLength":3}}"""),
        ("""{"propertyNames":{"maxLength":3}}""", """{"propertyNames":{"maxLength":4}}"""),
        ("""{"minProperties":2}""", """{"minProperties":1}"""),
        ("""{"required":["a","b"]}""", """{"minProperties":2}"""),
        ("""{"dependentRequired":{"a":["b","c"]}}""", """{"dependentRequired":{"a":["b"]}}"""),
        ("""{"required":["b"]}""", """{"dependentRequired":{"a":["b"]}}"""),
        ("""{"properties":{"a":{"type":"object","properties":{"b":{"maximum":1}}}}}""", """{"properties":{"a":{"type":"object","properties":{"b":{"maximum":2}}}}}"""),
        ("""{"type":"string"}""", """{"anyOf":[{"type":"string"},{"type":"integer"}]}"""),
        ("""{"anyOf":[{"type":"string"},{"type":"integer"}]}""", """{"anyOf":[{"type":"string"},{"type":"number"},{"type":"null"}]}"""),
        ("""{"anyOf":[{"type":"string"},{"type":"integer"}]}""", """{"type":["string","number"]}"""),
        ("""{"type":["string","null"]}""", """{"anyOf":[{"type":"null"},{"type":"string"}]}"""),
        ("""{"oneOf":[{"type":"string"},{"type":"integer"}]}""", """{"oneOf":[{"type":"string"},{"type":"integer"},{"type":"null"}]}"""),
        ("""{"oneOf":[{"properties":{"k":{"const":"a"}},"required":["k"]},{"properties":{"k":{"const":"b"}},"required":["k"]}],"type":"object"}""",
            """{"oneOf":[{"properties":{"k":{"const":"a"}},"required":["k"]},{"properties":{"k":{"const":"b"}},"required":["k"]},{"properties":{"k":{"const":"c"}},"required":["k"]}],"type":"object"}"""),
        ("""{"oneOf":[{"minimum":1},{"type":"string"}]}""", """{"oneOf":[{"type":"string"},{"minimum":1}]}"""),
        ("""{"allOf":[{"minimum":1},{"maximum":5}]}""", """{"minimum":1,"maximum":5}"""),
        ("""{"minimum":1,"maximum":5}""", """{"allOf":[{"minimum":0},{"maximum":6}]}"""),
        ("""{"not":{"type":["string","null"]}}""", """{"not":{"type":"string"}}"""),
        ("""{"type":"integer"}""", """{"not":{"type":"string"}}"""),
        ("""{"type":"object","required":["a"],"properties":{"a":{"type":"string"}}}""", """{"if":{"required":["a"]},"then":{"properties":{"a":{"type":"string"}}}}"""),
        ("""{"if":{"required":["a"]},"then":{"required":["b"]}}""", """{"if":{"required":["a"]},"then":{"required":["b"]},"description":"Annotated."}"""),
        ("""{"$ref":"#/$defs/d","$defs":{"d":{"minimum":1}}}""", """{"minimum":0}"""),
        ("""{"unevaluatedProperties":false,"properties":{"a":{}}}""", """{"properties":{"a":{}},"unevaluatedProperties":false,"title":"T"}"""),
        ("false", """{"const":1}"""),
    ];

    /// <summary>Changes that a stored value may not survive, each with such a value, among them those that other tools let pass.</summary>
    private static readonly (string Old, string New, string Breaks)[] Narrowed =
    [
        ("""{"type":"number"}""", """{"type":"integer"}""", "0.5"),
        ("""{}""", """{"type":"string"}""", "1"),
        ("""{"minimum":0}""", """{"exclusiveMinimum":0}""", "0"),
        ("""{"maximum":9007199254740993}""", """{"maximum":9007199254740992}""", "9007199254740993"),
        ("""{"type":"number","exclusiveMinimum":0}""", """{"type":"number","minimum":1}""", "0.5"),
        ("""{"exclusiveMinimum":0,"multipleOf":0.5}""", """{"minimum":1}""", "0.5"),
        ("""{"type":"integer","exclusiveMinimum":0}""", """{"type":"integer","minimum":2}""", "1"),
        ("""{"type":"integer","exclusiveMinimum":0}""", """{"type":"integer","exclusiveMinimum":1}""", "1"),
        ("""{"type":"integer","minimum":-0.5}""", """{"type":"integer","exclusiveMinimum":0}""", "0"),
        ("""{"type":"integer","maximum":0.5}""", """{"type":"integer","exclusiveMaximum":0}""", "0"),
        ("""{"type":"integer","exclusiveMaximum":0}""", """{"type":"integer","maximum":-2}""", "-1"),
        ("""{"type":"integer","exclusiveMinimum":0,"exclusiveMaximum":2}""", """{"const":2}""", "1"),
        ("""{"type":"integer","exclusiveMinimum":9007199254740992}""", """{"minimum":9007199254740994}""", "9007199254740993"),
        ("""{"multipleOf":3}""", """{"multipleOf":6}""", "3"),
        ("""{"maxLength":20}""", """{"maxLength":10}""", "\"12345678901\""),
        ("""{"type":"string"}""", """{"type":"string","format":"email"}""", "\"a\""),
        ("""{"type":"string"}""", """{"type":"string","pattern":"^a"}""", "\"b\""),
        ("""{"enum":["a","b"]}""", """{"enum":["a"]}""", "\"b\""),
        ("""{"enum":["a"],"type":"string"}""", """{"const":"b"}""", "\"a\""),
        ("""{"properties":{"a":{}}}""", """{"properties":{"a":{},"b":{"type":"string"}}}""", """{"b":1}"""),
        ("""{"properties":{"a":{}}}""", """{"properties":{"a":{}},"additionalProperties":false}""", """{"b":1}"""),
        ("""{"properties":{"a":{}},"patternProperties":{"^x":{}}}""", """{"properties":{"a":{}},"additionalProperties":false}""", """{"x":1}"""),
        ("""{}""", """{"required":["a"],"properties":{"a":{"default":1}}}""", "{}"),
        ("""{"required":["a,b"]}""", """{"required":["a","b"]}""", """{"a,b":1}"""),
        ("""{"oneOf":[{"minimum":1},{"type":"string"}]}""", """{"oneOf":[{"minimum":1},{"type":"string"},{"minimum":5}]}""", "6"),
        ("""{"anyOf":[{"minimum":1},{"maximum":5}]}""", """{"oneOf":[{"minimum":1},{"maximum":5}]}""", "3"),
        ("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", """{"anyOf":[{"type":"string"}]}""", "null"),
        ("""{"not":{"type":"string"}}""", """{"not":{"type":["string","null"]}}""", "null"),
        ("""{"uniqueItems":false}""", """{"uniqueItems":true}""", "[1,1.0]"),
        ("""{"items":{"type":"number"}}""", """{"items":{"type":"integer"}}""", "[0.5]"),
        ("""{"prefixItems":[{}]}""", """{"prefixItems":[{}],"items":false}""", "[1,2]"),
        ("""{"contains":{"enum":[1,2]}}""", """{"contains":{"const":1}}""", "[2]"),
        ("""{"items":{"const":1}}""", """{"contains":{"const":1}}""", "[]"),
        ("""{"items":{"const":1},"minItems":1}""", """{"contains":{"const":1},"minContains":2}""", "[1]"),
        ("""{"items":{"enum":[1,2]},"minItems":1}""", """{"contains":{"const":1}}""", "[2]"),
        ("""{"prefixItems":[{"const":"head"}],"items":{"const":1},"minItems":2}""", """{"contains":{"const":1},"minContains":2}""", """["head",1]"""),
        ("""{"prefixItems":[{},{"const":1}],"minItems":1}""", """{"contains":{"const":1}}""", "[2]"),
        ("""{"items":{"const":1},"minItems":1}""", """{"contains":{"const":1},"maxContains":1}""", "[1,1]"),
        ("""{"allOf":[{"properties":{"a":{}}}],"unevaluatedProperties":false}""", """{"allOf":[{"properties":{"a":{}}}],"additionalProperties":false}""", """{"a":1}"""),
        ("""{"properties":{"a":{}},"unevaluatedProperties":false}""", """{"properties":{},"unevaluatedProperties":false}""", """{"a":1}"""),
        ("""{"anyOf":[{"properties":{"a":{}}},true],"unevaluatedProperties":false}""", """{"anyOf":[{"properties":{"a":{}},"required":["b"]},true],"unevaluatedProperties":false}""", """{"a":1}"""),
        ("""{"oneOf":[{"properties":{"k":{"const":"a"}}}]}""", """{"oneOf":[{"properties":{"k":{"const":"a"}}},{"properties":{"k":{"const":"b"}}}]}""", "{}"),
        ("""{"contains":{"const":1}}""", """{"contains":{"const":1},"maxContains":1}""", "[1,1]"),
        ("""{"if":{"required":["a"]},"then":{"required":["b"]}}""", """{"if":{"required":["a"]},"then":{"required":["c"]}}""", """{"a":1,"b":1}"""),
        ("""{"dependentRequired":{"a":["b"]}}""", """{"dependentRequired":{"a":["c"]}}""", """{"a":1,"b":1}"""),
        ("""{"properties":{"a":{},"b":{}},"unevaluatedProperties":false}""", """{"properties":{"a":{}},"unevaluatedProperties":false}""", """{"b":1}"""),
        ("""{"type":["null","integer"],"required":["x"],"dependentSchemas":{"x":false}}""", """{"type":"integer"}""", "null"),
        ("""{"enum":[1],"const":1}""", """{"enum":[1],"const":2}""", "1"),
    ];

    [TestCaseSource(nameof(WidenedCases))]
    public void A_change_that_nothing_can_break_is_proved(string old, string changed) =>
        Assert.That(Prove(old, changed).Unproved.Select(rule => $"{rule.Pointer}: {rule.Reason}"), Is.Empty);

    [TestCaseSource(nameof(NarrowedCases))]
    public void A_change_that_something_can_break_is_not_proved(string old, string changed, string breaks)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Compile(old).Validate(JsonElement.Parse(breaks)), Is.Empty, "the value fits the old schema");
            Assert.That(Compile(changed).Validate(JsonElement.Parse(breaks)), Is.Not.Empty, "and not the new one");
            Assert.That(Prove(InMember(old), InMember(changed)), Has.Property(nameof(SchemaProof.IsCompatible)).False);
        }
    }

    [Test]
    public void What_was_not_proved_is_named_at_its_place()
    {
        var proof = Prove("""{"properties":{"a":{"type":"string"}},"required":["a"]}""", """{"properties":{"a":{"type":"string","maxLength":3}},"required":["a","b"]}""");
        Assert.That(proof.Unproved.Select(rule => rule.Pointer), Is.EquivalentTo(["/properties/a/maxLength", "/required"]));
    }

    [Test]
    public void Recursive_schemas_are_compared_without_end()
    {
        const string Tree = """{"type":"object","properties":{"value":{"type":"%"},"children":{"type":"array","items":{"$ref":"#"}}},"additionalProperties":false}""";
        Assert.That(Prove(Tree.Replace("%", "integer", StringComparison.Ordinal), Tree.Replace("%", "number", StringComparison.Ordinal)).IsCompatible, Is.True);
        Assert.That(Prove(Tree.Replace("%", "number", StringComparison.Ordinal), Tree.Replace("%", "integer", StringComparison.Ordinal)).IsCompatible, Is.False);
    }

    /// <summary>A catalog of variants that grows by one, with the member that tells them apart written in each of the usual ways.</summary>
    [TestCase("""{"type":"object","properties":{"kind":{"const":"%"},@},"required":["kind"],"additionalProperties":false}""", 20)]
    [TestCase("""{"type":"object","properties":{"kind":{"const":"%"},@},"required":["kind"]}""", 100)]
    [TestCase("""{"type":"object","properties":{"kind":{"const":"%"}},"required":["kind"]}""", 250)]
    [TestCase("""{"allOf":[{"properties":{"kind":{"enum":["%"]}}},{"required":["kind"],"properties":{@}}]}""", 20)]
    [TestCase("""{"$ref":"#/$defs/v%"}""", 20)]
    public void A_branch_that_a_required_const_tells_apart_is_proved_whatever_the_machine_does(string branch, int count)
    {
        var (old, changed) = (Compile(Catalog(branch, count)), Compile(Catalog(branch, count + 1)));
        var work = Enumerable.Range(0, 2 * Environment.ProcessorCount).AsParallel().WithDegreeOfParallelism(2 * Environment.ProcessorCount).Select(_ =>
        {
            var spent = new Work(Work.PerProof);
            Assert.That(Prover.Prove(old.Root, changed.Root, spent).Unproved, Is.Empty);
            return spent.Spent;
        }).Distinct().ToList();
        TestContext.Out.WriteLine($"{string.Join(", ", work)} units");
        Assert.That(work, Has.Count.EqualTo(1), "the work does not depend on the machine");

        static string Catalog(string branch, int count)
        {
            const string Variant = """{"type":"object","properties":{"kind":{"const":"%"},@},"required":["kind"]}""";
            const string Members = """ "a":{"type":"string","maxLength":100},"b":{"type":"integer","minimum":1},"c":{"type":"array","items":{"type":"object","properties":{"d":{"type":"string"}}}} """;
            var definitions = branch.Contains("$ref", StringComparison.Ordinal) ? List($"\"v%\":{Variant}") : "";
            return $$"""{"oneOf":[{{List(branch)}}],"$defs":{ {{definitions}} } }""";

            string List(string text) => string.Join(',', Enumerable.Range(0, count)
                .Select(i => text.Replace("%", $"{i}", StringComparison.Ordinal).Replace("@", Members, StringComparison.Ordinal)));
        }
    }

    [Test]
    public void A_proof_that_takes_too_long_is_given_up()
    {
        const string Branch = """{"required":["p%"],"properties":{"p%":{"anyOf":[{"minimum":%},{"maxLength":%}]}}}""";
        var branches = string.Join(',', Enumerable.Range(0, 40).Select(i => Branch.Replace("%", $"{i}", StringComparison.Ordinal)));
        var old = $$"""{"anyOf":[{{branches}}],"allOf":[{"anyOf":[{{branches}}]},{"oneOf":[{{branches}}]}]}""";
        Assert.That(Prove(old, $$"""{"oneOf":[{{branches}},{"minProperties":1}]}""").IsCompatible, Is.False);
    }

    private static IEnumerable<object[]> WidenedCases() => Widened.Select(change => new object[] { InMember(change.Old), InMember(change.New) });

    private static IEnumerable<object[]> NarrowedCases() => Narrowed.Select(change => new object[] { change.Old, change.New, change.Breaks });

    /// <summary>As the schema of a member, with its definitions at the root.</summary>
    private static string InMember(string schema)
    {
        var definitions = JsonElement.Parse(schema) is { ValueKind: JsonValueKind.Object } json && json.TryGetProperty("$defs", out var found) ? ",\"$defs\":" + found.GetRawText() : "";
        return """{"type":"object","properties":{"m":""" + schema + "}" + definitions + "}";
    }

    private static SchemaProof Prove(string old, string changed) => Compile(changed).ProveAccepts(Compile(old));

    private static PayloadSchema Compile(string schema) =>
        PayloadSchema.Compile(JsonElement.Parse(schema), Dialect.Draft202012, payloadsAreObjects: false).Value;
}
