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
    [TestCase("""{"type":"string"}""", "/payloadSchema")]
    [TestCase("""{"enum":[]}""", "/payloadSchema/enum")]
    [TestCase("""{"required":["a","a"]}""", "/payloadSchema/required")]
    [TestCase("""{"$schema":"http://json-schema.org/draft-04/schema#"}""", "/payloadSchema/$schema")]
    [TestCase("""{"a":"\ud800"}""", "/payloadSchema/a")]
    [TestCase("7", "/payloadSchema")]
    public void A_schema_that_cannot_be_used_is_refused_at_its_fault(string schema, string field)
    {
        var refused = PayloadSchema.Parse(JsonElement.Parse(schema));
        Assert.That(refused.Error, Is.TypeOf<PayloadSchemaInvalid>());
        Assert.That(refused.Error!.Violations.Select(fault => fault.Field), Is.EqualTo([field]));
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
