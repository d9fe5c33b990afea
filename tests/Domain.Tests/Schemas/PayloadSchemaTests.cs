using System.Text.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Tests.Schemas;

public sealed class PayloadSchemaTests
{
    [TestCase("""{"type":"integer"}""", "1.0", true)]
    [TestCase("""{"type":"integer"}""", "1.5", false)]
    [TestCase("""{"type":["string","null"]}""", "null", true)]
    [TestCase("""{"enum":[1,"1",{"a":[1]}]}""", """{"a":[1.0]}""", true)]
    [TestCase("""{"enum":["1"]}""", "1", false)]
    [TestCase("""{"const":9007199254740993}""", "9007199254740992", false)]
    [TestCase("""{"minimum":1}""", "0.9999999999999999999999", false)]
    [TestCase("""{"minimum":1}""", "1", true)]
    [TestCase("""{"exclusiveMinimum":1}""", "1", false)]
    [TestCase("""{"maximum":1e400}""", "1e399", true)]
    [TestCase("""{"maximum":1e400}""", "1e401", false)]
    [TestCase("""{"exclusiveMaximum":0}""", "-0.0", false)]
    [TestCase("""{"multipleOf":0.1}""", "0.3", true)]
    [TestCase("""{"multipleOf":0.1}""", "0.35", false)]
    [TestCase("""{"maxLength":1}""", "\"\\ud83d\\ude00\"", true)]
    [TestCase("""{"minLength":2}""", "\"\\ud83d\\ude00\"", false)]
    [TestCase("""{"pattern":"^\\d+$"}""", "\"1\\n\"", false)]
    [TestCase("""{"pattern":"^\\d$"}""", "\"\\u0661\"", false)]
    [TestCase("""{"pattern":"^.$"}""", "\"\\ud83d\\ude00\"", true)]
    [TestCase("""{"pattern":"^[\\s\\S]$"}""", "\"\\n\"", true)]
    [TestCase("""{"items":{"type":"string"}}""", """["a",1]""", false)]
    [TestCase("""{"properties":{"a":false}}""", """{"a":1}""", false)]
    [TestCase("""{"additionalProperties":{"type":"number"}}""", """{"a":"1"}""", false)]
    [TestCase("""{"minItems":1,"maxItems":1}""", "[1]", true)]
    [TestCase("""{"maxProperties":0}""", """{"a":1}""", false)]
    [TestCase("""{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}""", """{"x1":1}""", true)]
    [TestCase("""{"patternProperties":{"^x":{"type":"integer"}},"additionalProperties":false}""", """{"y":1}""", false)]
    [TestCase("""{"properties":{"x1":{"minimum":5}},"patternProperties":{"^x":{"type":"integer"}}}""", """{"x1":6.5}""", false)]
    [TestCase("""{"properties":{"a":{}},"additionalProperties":false}""", """{"\u0061":1}""", true)]
    [TestCase("""{"propertyNames":{"maxLength":2}}""", """{"abc":1}""", false)]
    [TestCase("""{"dependentRequired":{"a":["b"]}}""", """{"a":1}""", false)]
    [TestCase("""{"dependentSchemas":{"a":{"required":["b"]}}}""", """{"b":1}""", true)]
    [TestCase("""{"prefixItems":[{"type":"integer"}],"items":{"type":"string"}}""", """[1,"a"]""", true)]
    [TestCase("""{"prefixItems":[{"type":"integer"}],"items":false}""", "[1,2]", false)]
    [TestCase("""{"contains":{"const":1},"minContains":2,"maxContains":2}""", "[1,2,1.0]", true)]
    [TestCase("""{"contains":{"const":1},"minContains":2}""", "[1,2]", false)]
    [TestCase("""{"contains":{"const":1},"minContains":0}""", "[]", true)]
    [TestCase("""{"uniqueItems":true}""", """[{"a":1,"b":2},{"b":2.0,"a":1}]""", false)]
    [TestCase("""{"uniqueItems":true}""", """[1,"1",true]""", true)]
    [TestCase("""{"allOf":[{"minimum":1},{"maximum":2}]}""", "3", false)]
    [TestCase("""{"anyOf":[{"type":"string"},{"minimum":2}]}""", "1", false)]
    [TestCase("""{"oneOf":[{"minimum":1},{"maximum":2}]}""", "1.5", false)]
    [TestCase("""{"oneOf":[{"minimum":1},{"maximum":2}]}""", "3", true)]
    [TestCase("""{"not":{"type":"string"}}""", "\"a\"", false)]
    [TestCase("""{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}}""", """{"a":1}""", false)]
    [TestCase("""{"if":{"required":["a"]},"then":{"required":["b"]},"else":{"required":["c"]}}""", """{"c":1}""", true)]
    [TestCase("""{"allOf":[{"properties":{"a":{}}}],"unevaluatedProperties":false}""", """{"a":1}""", true)]
    [TestCase("""{"anyOf":[{"required":["z"],"properties":{"a":{}}},true],"unevaluatedProperties":false}""", """{"a":1}""", false)]
    [TestCase("""{"prefixItems":[true],"unevaluatedItems":{"type":"string"}}""", """[1,"a"]""", true)]
    [TestCase("""{"$ref":"#/$defs/n","$defs":{"n":{"type":"integer"}}}""", "1.5", false)]
    [TestCase("""{"properties":{"c":{"$ref":"#"}},"required":["v"]}""", """{"v":1,"c":{"v":1,"c":{}}}""", false)]
    [TestCase("""{"$ref":"#here","$defs":{"n":{"$anchor":"here","type":"integer"}}}""", "1", true)]
    [TestCase("""{"$schema":"http://json-schema.org/draft-07/schema#","items":[{"type":"integer"}],"additionalItems":false}""", "[1,2]", false)]
    [TestCase("""{"$schema":"http://json-schema.org/draft-07/schema#","dependencies":{"a":["b"]}}""", """{"a":1}""", false)]
    [TestCase("""{"$schema":"http://json-schema.org/draft-07/schema#","$ref":"#/definitions/n","minimum":5,"definitions":{"n":{"type":"integer"}}}""", "1", true)]
    [TestCase("""{"format":"date-time"}""", "\"2026-01-31T09:30:00Z\"", true)]
    [TestCase("""{"format":"date-time"}""", "\"2026-02-30T09:30:00Z\"", false)]
    [TestCase("""{"format":"date-time"}""", "\"2026-01-31T09:30:00\"", false)]
    [TestCase("""{"format":"time"}""", "\"23:59:60Z\"", true)]
    [TestCase("""{"format":"time"}""", "\"22:59:60Z\"", false)]
    [TestCase("""{"format":"duration"}""", "\"P1Y2M3DT4H\"", true)]
    [TestCase("""{"format":"duration"}""", "\"P\"", false)]
    [TestCase("""{"format":"email"}""", "\"a.b@example.com\"", true)]
    [TestCase("""{"format":"email"}""", "\"a..b@example.com\"", false)]
    [TestCase("""{"format":"email"}""", "\"a@-example.com\"", false)]
    [TestCase("""{"format":"ipv4"}""", "\"192.0.2.1\"", true)]
    [TestCase("""{"format":"ipv4"}""", "\"192.0.2.01\"", false)]
    [TestCase("""{"format":"ipv6"}""", "\"2001:db8::1\"", true)]
    [TestCase("""{"format":"ipv6"}""", "\"fe80::1%eth0\"", false)]
    [TestCase("""{"format":"uri"}""", "\"https://example.com/a?b#c\"", true)]
    [TestCase("""{"format":"uri"}""", "\"/a\"", false)]
    [TestCase("""{"format":"uri"}""", "\"https://example.com/a b\"", false)]
    [TestCase("""{"format":"uri-reference"}""", "\"/a\"", true)]
    [TestCase("""{"format":"uuid"}""", "\"01890a5d-ac96-774b-bcce-b302099a8057\"", true)]
    [TestCase("""{"format":"uuid"}""", "\"01890a5dac96774bbcceb302099a8057\"", false)]
    [TestCase("""{"format":"json-pointer"}""", "\"/a~1b\"", true)]
    [TestCase("""{"format":"json-pointer"}""", "\"a\"", false)]
    [TestCase("""{"format":"regex"}""", "\"(\"", false)]
    [TestCase("""{"format":"int32"}""", "2147483648", false)]
    [TestCase("""{"format":"int64"}""", "9223372036854775807", true)]
    [TestCase("""{"format":"float"}""", "\"anything\"", true)]
    [TestCase("""{"pattern":"^\\p{Letter}+$"}""", "\"é\"", true)]
    public void A_value_fits_or_does_not(string schema, string value, bool fits)
    {
        var compiled = PayloadSchema.Compile(JsonElement.Parse(schema), Dialect.Draft202012, payloadsAreObjects: false).Value;
        Assert.That(compiled.Validate(JsonElement.Parse(value)), fits ? Is.Empty : Is.Not.Empty);
    }

    [TestCase("""{"requierd":["a"]}""", "/payloadSchema/requierd")]
    [TestCase("""{"properties":{"a":{"type":"strng"}}}""", "/payloadSchema/properties/a/type")]
    [TestCase("""{"minLength":-1}""", "/payloadSchema/minLength")]
    [TestCase("""{"multipleOf":0}""", "/payloadSchema/multipleOf")]
    [TestCase("""{"pattern":"("}""", "/payloadSchema/pattern")]
    [TestCase("""{"pattern":"(?=a)"}""", "/payloadSchema/pattern")]
    [TestCase("""{"pattern":"(a)\\1"}""", "/payloadSchema/pattern")]
    [TestCase("""{"$ref":"https://example.com/a"}""", "/payloadSchema/$ref")]
    [TestCase("""{"$ref":"other.json"}""", "/payloadSchema/$ref")]
    [TestCase("""{"type":"string"}""", "/payloadSchema")]
    [TestCase("""{"enum":[]}""", "/payloadSchema/enum")]
    [TestCase("""{"required":["a","a"]}""", "/payloadSchema/required")]
    [TestCase("""{"$schema":"http://json-schema.org/draft-04/schema#"}""", "/payloadSchema/$schema")]
    [TestCase("""{"a":"\ud800"}""", "/payloadSchema/a")]
    [TestCase("7", "/payloadSchema")]
    [TestCase("""{"$ref":"#/$defs/missing"}""", "/payloadSchema/$ref")]
    [TestCase("""{"$ref":"#missing"}""", "/payloadSchema/$ref")]
    [TestCase("""{"$ref":"#"}""", "/payloadSchema")]
    [TestCase("""{"allOf":[{"$ref":"#/$defs/a"}],"$defs":{"a":{"anyOf":[{"$ref":"#/$defs/a"}]}}}""", "/payloadSchema/$defs/a")]
    [TestCase("""{"$dynamicRef":"#a"}""", "/payloadSchema/$dynamicRef")]
    [TestCase("""{"properties":{"a":{"$id":"https://example.com/a"}}}""", "/payloadSchema/properties/a/$id")]
    [TestCase("""{"$vocabulary":{}}""", "/payloadSchema/$vocabulary")]
    [TestCase("""{"properties":{"a":{"format":"emial"}}}""", "/payloadSchema/properties/a/format")]
    [TestCase("""{"properties":{"a":{"nullable":true}}}""", "/payloadSchema/properties/a/nullable")]
    [TestCase("""{"items":[{}]}""", "/payloadSchema/items")]
    [TestCase("""{"dependencies":{}}""", "/payloadSchema/dependencies")]
    [TestCase("""{"anyOf":[]}""", "/payloadSchema/anyOf")]
    [TestCase("""{"anyOf":[{"type":"string"},{"type":"null"}]}""", "/payloadSchema")]
    [TestCase("""{"$schema":"http://json-schema.org/draft-07/schema#","prefixItems":[{}]}""", "/payloadSchema/prefixItems")]
    [TestCase("""{"$defs":{"unused":{"type":"strng"}}}""", "/payloadSchema/$defs/unused/type")]
    public void A_schema_that_cannot_be_used_is_refused_at_its_fault(string schema, string field)
    {
        var refused = PayloadSchema.Parse(JsonElement.Parse(schema));
        Assert.That(refused.Error, Is.TypeOf<PayloadSchemaInvalid>());
        Assert.That(refused.Error!.Violations.Select(fault => fault.Field), Is.EqualTo([field]));
    }

    [Test]
    public void Pointers_to_faults_begin_where_the_schema_stands()
    {
        var refused = PayloadSchema.Parse(JsonElement.Parse("""{"properties":{"a":{"nullable":true}},"$defs":{"b":7}}"""), "/triggerConfig/payloadFilter");
        Assert.That(refused.Error!.Violations.Select(fault => fault.Field),
            Is.EquivalentTo(["/triggerConfig/payloadFilter/properties/a/nullable", "/triggerConfig/payloadFilter/$defs/b"]));
    }

    [TestCase("format", "\"emial\"", "`email`")]
    [TestCase("nullable", "true", "null")]
    [TestCase("discriminator", "{}", "oneOf")]
    public void The_refusal_says_how_the_standard_says_it(string keyword, string value, string hint) => Assert.That(
        PayloadSchema.Parse(JsonElement.Parse($$"""{"{{keyword}}":{{value}} }""")).Error!.Violations[0].Message, Does.Contain(hint));

    /// <summary>Each level looks at the next one twice: 2 to the 30th looks, were there no budget.</summary>
    [Test]
    public void A_schema_that_would_take_for_ever_is_given_up()
    {
        var levels = string.Join(',', Enumerable.Range(0, 30).Select(i => $$"""
            "l{{i}}":{"anyOf":[{"allOf":[{"$ref":"#/$defs/l{{i + 1}}"},false]},{"allOf":[{"$ref":"#/$defs/l{{i + 1}}"},false]}]}
            """));
        var schema = PayloadSchema.Parse(JsonElement.Parse($$"""{"$ref":"#/$defs/l0","$defs":{{{levels}},"l30":{"type":"object"} } }""")).Value;
        Assert.That(schema.Validate(JsonElement.Parse("{}")).Select(fault => fault.Code), Is.EqualTo(["tooComplex"]));
        Assert.That(schema.ProveAccepts(schema).IsCompatible, Is.True);
    }

    /// <summary>A chain of references that begins anew at each depth of the payload would need more stack than there is.</summary>
    [Test]
    public void A_schema_that_would_need_too_much_stack_is_given_up()
    {
        var schema = Chain(900);
        var deep = string.Concat(Enumerable.Repeat("""{"a":""", 31)) + "{}" + new string('}', 31);
        var (ours, proof) = OnSmallStack(() => (schema.Validate(JsonElement.Parse(deep)), schema.ProveAccepts(Chain(899)).IsCompatible));
        Assert.That(ours.Select(fault => fault.Code), Is.EqualTo(["tooComplex"]));
        Assert.That(proof, Is.False);

        static PayloadSchema Chain(int length)
        {
            var links = string.Join(',', Enumerable.Range(0, length).Select(i => $$"""
                "l{{i}}":{"$ref":"#/$defs/l{{i + 1}}"}
                """));
            return PayloadSchema.Parse(JsonElement.Parse($$"""{"$ref":"#/$defs/l0","$defs":{{{links}},"l{{length}}":{"properties":{"a":{"$ref":"#/$defs/l0"} } } } }""")).Value;
        }

        static T OnSmallStack<T>(Func<T> work)
        {
            var result = default(T);
            var thread = new Thread(() => result = work(), 4 * 1024 * 1024);
            thread.Start();
            thread.Join();
            return result!;
        }
    }

    /// <summary>Two rings of coprime lengths: pairs that are compared repeat only after 209,306 steps down.</summary>
    [Test]
    public void Rings_of_different_lengths_are_compared_without_overflowing()
    {
        Assert.That(Ring(457).ProveAccepts(Ring(458)).Unproved.Select(rule => rule.Reason), Is.EqualTo(["A proof takes too many steps."]));

        static PayloadSchema Ring(int length)
        {
            var links = string.Join(',', Enumerable.Range(0, length).Select(i => $$"""
                "l{{i}}":{"properties":{"a":{"$ref":"#/$defs/l{{(i + 1) % length}}"} } }
                """));
            return PayloadSchema.Parse(JsonElement.Parse($$"""{"$ref":"#/$defs/l0","$defs":{{{links}} } }""")).Value;
        }
    }

    [Test]
    public void A_misspelt_keyword_is_answered_with_the_one_that_was_meant() =>
        Assert.That(PayloadSchema.Parse(JsonElement.Parse("""{"requierd":[]}""")).Error!.Violations[0].Message, Does.Contain("`required`"));

    [Test]
    public void The_schema_is_kept_as_it_was_given()
    {
        const string Text = """{ "type": "object", "x-owner": [1.0] }""";
        using var document = JsonDocument.Parse(Text);
        Assert.That(System.Text.Encoding.UTF8.GetString(PayloadSchema.Parse(document.RootElement).Value.Utf8.Span), Is.EqualTo(Text));
    }
}
