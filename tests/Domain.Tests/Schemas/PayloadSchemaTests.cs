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
    [TestCase("""{"patternProperties":{"^🐲*$":{"type":"integer"}},"additionalProperties":false}""", """{"🐲🐲":1,"\ud83d\udc32":2}""", true)]
    [TestCase("""{"patternProperties":{"^🐲*$":{"type":"integer"}},"additionalProperties":false}""", """{"🐉":1}""", false)]
    [TestCase("""{"patternProperties":{"^[^a]$":false}}""", """{"🐲":1}""", false)]
    [TestCase("""{"properties":{"a":{}},"unevaluatedProperties":{"type":"integer"}}""", """{"a":"x","b":1}""", true)]
    [TestCase("""{"unevaluatedProperties":false,"patternProperties":{"^x":{}}}""", """{"x":1,"b":1}""", false)]
    [TestCase("""{"additionalProperties":true,"unevaluatedProperties":false}""", """{"a":1}""", true)]
    [TestCase("""{"not":{"properties":{"a":{"type":"string"}}},"unevaluatedProperties":false}""", """{"a":1}""", false)]
    [TestCase("""{"multipleOf":1}""", "1.0", true)]
    public void A_value_fits_or_does_not(string schema, string value, bool fits)
    {
        Assert.That(Compile(schema).Validate(JsonElement.Parse(value)), fits ? Is.Empty : Is.Not.Empty);
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
    [TestCase("""{"$schema":"http://json-schema.org/draft-03/schema#"}""", "/payloadSchema/$schema")]
    [TestCase("""{"$schema":"http://json-schema.org/schema#"}""", "/payloadSchema/$schema")]
    [TestCase("""{"$schema":"json-schema.org/draft-07/schema#"}""", "/payloadSchema/$schema")]
    [TestCase("""{"pattern":"^*"}""", "/payloadSchema/pattern")]
    [TestCase("""{"patternProperties":{"[\\d-a]":{}}}""", "/payloadSchema/patternProperties/[\\d-a]")]
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
    [TestCase("format", "\"emial\"", "\"emial\" is not known")]
    [TestCase("format", "\"money\"", "Enforced: date-time, date, time, duration, email, hostname, ipv4, ipv6, uri, uri-reference, uuid, json-pointer, regex, int32, int64. Annotations: float")]
    [TestCase("format", "7", "7 is not known")]
    [TestCase("pattern", "\"a🐲^*\"", "At character 4")]
    [TestCase("pattern", "\"^.{0,5000}$\"", "{0,5000} repeats too often")]
    [TestCase("exclusiveMinimum", "true", "draft-04")]
    [TestCase("nullable", "true", "null")]
    [TestCase("discriminator", "{}", "oneOf")]
    public void The_refusal_says_how_the_standard_says_it(string keyword, string value, string hint) => Assert.That(
        PayloadSchema.Parse(JsonElement.Parse($$"""{"{{keyword}}":{{value}} }""")).Error!.Violations[0].Message, Does.Contain(hint));

    /// <summary>A name may be long, and so may a list of them: the longest answer still is one sentence.</summary>
    [Test]
    public void A_format_that_is_not_known_is_answered_within_the_length_of_a_message()
    {
        var name = string.Concat(Enumerable.Repeat("🐲", 5_000));
        var message = PayloadSchema.Parse(JsonElement.Parse($$"""{"format":"{{name}}"}""")).Error!.Violations[0].Message;
        Assert.That(message, Has.Length.LessThanOrEqualTo(FieldViolation.MaxMessageLength).And.EndsWith("time-local."));
        Assert.That(message, Does.Not.Contain("\ufffd").And.Not.Match("[\ud800-\udbff](?![\udc00-\udfff])"));
    }

    [TestCase("""{"minimum":100}""", "99.95", "at least 100; found 99.95.")]
    [TestCase("""{"maximum":1000.50}""", "1e4", "at most 1000.50; found 1e4.")]
    [TestCase("""{"exclusiveMinimum":0.0}""", "-0", "more than 0.0; found -0.")]
    [TestCase("""{"multipleOf":10}""", "1200.5", "a multiple of 10; found 1200.5.")]
    [TestCase("""{"minLength":100}""", "\"a\"", "at least 100 characters, found 1.")]
    [TestCase("""{"maxItems":1.0}""", "[1,2]", "at most 1.0 elements, found 2.")]
    [TestCase("""{"minProperties":20}""", "{}", "at least 20 members, found 0.")]
    [TestCase("""{"contains":{},"minContains":20}""", "[]", "at least 20 elements that fit this schema, found 0.")]
    [TestCase("""{"contains":{},"maxContains":0}""", "[1]", "at most 0 elements that fit this schema, found 1.")]
    [TestCase("""{"contains":{}}""", "[]", "at least 1 elements that fit this schema, found 0.")]
    [TestCase("""{"enum":[100,2e1]}""", "1e2000", "Expected one of 100, 2e1; found 1e2000.")]
    [TestCase("""{"$schema":"http://json-schema.org/draft-04/schema","minimum":100,"exclusiveMinimum":true}""", "1e2", "more than 100; found 1e2.")]
    public void Numbers_are_told_as_they_were_written(string schema, string value, string told) =>
        Assert.That(Compile(schema).Validate(JsonElement.Parse(value)).Single().Message, Does.EndWith(told));

    [Test]
    public void A_long_number_is_told_by_its_first_hundred_digits()
    {
        var (bound, value) = (new string('7', 5_000), new string('3', 400));
        var message = Compile($$"""{"minimum":{{bound}}}""").Validate(JsonElement.Parse(value)).Single().Message;
        Assert.That(message, Does.EndWith($"at least {bound[..100]}…; found {value[..100]}…."));
    }

    /// <summary>What earlier versions took is never a failure of the service.</summary>
    [TestCase("""{"properties":{"a":{"pattern":"^*b"}}}""", """{"a":"ab"}""", true)]
    [TestCase("""{"patternProperties":{"^[\\d-a]+$":{"type":"integer"}},"additionalProperties":false}""", """{"7-a":1}""", true)]
    [TestCase("""{"patternProperties":{"^[\\d-a]+$":{"type":"integer"}},"additionalProperties":false}""", """{"7-b":1}""", false)]
    [TestCase("""{"properties":{"a":{"pattern":"^.{0,5000}$"}}}""", """{"a":"ab"}""", true)]
    public void A_stored_schema_with_a_pattern_that_is_no_longer_taken_is_restored(string schema, string payload, bool fits)
    {
        Assert.That(PayloadSchema.Parse(JsonElement.Parse(schema)).Error, Is.TypeOf<PayloadSchemaInvalid>());
        Assert.That(PayloadSchema.Restore(JsonElement.Parse(schema)).Validate(JsonElement.Parse(payload)), fits ? Is.Empty : Is.Not.Empty);
    }

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

    private static PayloadSchema Compile(string schema) =>
        PayloadSchema.Compile(JsonElement.Parse(schema), Dialect.Draft202012, payloadsAreObjects: false).Value;
}
