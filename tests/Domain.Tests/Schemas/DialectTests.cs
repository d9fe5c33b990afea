using System.Text.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Tests.Schemas;

/// <summary>What a draft means by its keywords, where it differs from the next one.</summary>
public sealed class DialectTests
{
    private const string Draft4 = "http://json-schema.org/draft-04/schema#";
    private const string Draft6 = "http://json-schema.org/draft-06/schema#";
    private const string Draft7 = "http://json-schema.org/draft-07/schema#";
    private const string Draft201909 = "https://json-schema.org/draft/2019-09/schema";
    private const string Draft202012 = "https://json-schema.org/draft/2020-12/schema";

    private static readonly string[] Addresses =
        ["json-schema.org/draft-04/schema", "json-schema.org/draft-06/schema", "json-schema.org/draft-07/schema", "json-schema.org/draft/2019-09/schema", "json-schema.org/draft/2020-12/schema"];

    [Test]
    public void A_dialect_is_named_with_either_scheme_and_with_or_without_the_empty_fragment(
        [ValueSource(nameof(Addresses))] string address, [Values("http://", "https://")] string scheme, [Values("", "#")] string fragment)
    {
        var schema = Parse($$"""{"$schema":"{{scheme}}{{address}}{{fragment}}","type":"object"}""");
        Assert.That(schema.Error, Is.Null);
    }

    [Test]
    public void Another_dialect_is_refused_with_those_there_are([Values("http://json-schema.org/draft-04/schema##", "http://json-schema.org/draft-05/schema#", "urn:x")] string address) =>
        Assert.That(Parse($$"""{"$schema":"{{address}}"}""").Error!.Violations.Single().Message, Does.Contain(Draft4).And.Contain("2019-09").And.Contain("2020-12"));

    // Draft-04: bounds are made exclusive by a neighbour.
    [TestCase(Draft4, """ "minimum":1,"exclusiveMinimum":true """, "1", false)]
    [TestCase(Draft4, """ "minimum":1,"exclusiveMinimum":true """, "1.5", true)]
    [TestCase(Draft4, """ "minimum":1,"exclusiveMinimum":false """, "1", true)]
    [TestCase(Draft4, """ "exclusiveMaximum":true,"maximum":1 """, "1", false)]
    [TestCase(Draft6, """ "exclusiveMaximum":1 """, "1", false)]
    // Draft-04: an integer is written without fraction and exponent.
    [TestCase(Draft4, """ "type":"integer" """, "1", true)]
    [TestCase(Draft4, """ "type":"integer" """, "1.0", false)]
    [TestCase(Draft4, """ "type":"integer" """, "1e2", false)]
    [TestCase(Draft4, """ "type":["integer","null"] """, "1.0", false)]
    [TestCase(Draft4, """ "type":"number" """, "1.0", true)]
    [TestCase(Draft4, """ "enum":[1] """, "1.0", true)]
    [TestCase(Draft6, """ "type":"integer" """, "1.0", true)]
    // Draft-04: true and false are schemas of what is additional.
    [TestCase(Draft4, """ "properties":{"a":{}},"additionalProperties":false """, """{"b":1}""", false)]
    [TestCase(Draft4, """ "items":[{}],"additionalItems":false """, "[1,2]", false)]
    [TestCase(Draft4, """ "items":[{}],"additionalItems":true """, "[1,2]", true)]
    // Draft-06: if, then and else say nothing yet.
    [TestCase(Draft6, """ "if":{"type":"integer"},"then":false,"else":7 """, "1", true)]
    [TestCase(Draft7, """ "if":{"type":"integer"},"then":false """, "1", false)]
    [TestCase(Draft6, """ "const":1 """, "2", false)]
    [TestCase(Draft6, """ "contains":{"const":1} """, "[2]", false)]
    [TestCase(Draft6, """ "propertyNames":{"maxLength":1} """, """{"ab":1}""", false)]
    [TestCase(Draft6, """ "dependencies":{"a":["b"]} """, """{"a":1}""", false)]
    // Up to draft-07 the neighbours of $ref say nothing.
    [TestCase(Draft4, """ "$ref":"#/definitions/n","minimum":5,"definitions":{"n":{"type":"integer"}} """, "1", true)]
    [TestCase(Draft6, """ "$ref":"#/definitions/n","minimum":5,"definitions":{"n":{"type":"integer"}} """, "1", true)]
    [TestCase(Draft201909, """ "$ref":"#/$defs/n","minimum":5,"$defs":{"n":{"type":"integer"}} """, "1", false)]
    // $defs is a place for schemas in all of them.
    [TestCase(Draft7, """ "properties":{"a":{"$ref":"#/$defs/n"}},"$defs":{"n":{"type":"integer"}},"definitions":{"m":{}} """, """{"a":"x"}""", false)]
    [TestCase(Draft7, """ "$ref":"#/$defs/n","$defs":{"n":{"type":"integer"}} """, "\"x\"", false)]
    [TestCase(Draft4, """ "properties":{"a":{"$ref":"#/$defs/n"}},"$defs":{"n":{"type":"integer"}} """, """{"a":"x"}""", false)]
    // 2019-09: places by items as an array.
    [TestCase(Draft201909, """ "items":[{"type":"integer"}],"additionalItems":{"type":"string"} """, """[1,"a"]""", true)]
    [TestCase(Draft201909, """ "items":[{"type":"integer"}],"additionalItems":{"type":"string"} """, "[1,2]", false)]
    [TestCase(Draft201909, """ "items":{"type":"integer"},"additionalItems":false """, "[1,2]", true)]
    [TestCase(Draft201909, """ "items":[{}],"unevaluatedItems":false """, "[1,2]", false)]
    [TestCase(Draft201909, """ "contains":{"const":1},"minContains":2 """, "[1]", false)]
    [TestCase(Draft201909, """ "dependentRequired":{"a":["b"]} """, """{"a":1}""", false)]
    [TestCase(Draft201909, """ "$ref":"#n","$defs":{"n":{"$anchor":"n","type":"integer"}} """, "\"x\"", false)]
    // 2020-12: what contains has found counts as evaluated.
    [TestCase(Draft201909, """ "contains":{"const":1},"unevaluatedItems":false """, "[1]", false)]
    [TestCase(Draft202012, """ "contains":{"const":1},"unevaluatedItems":false """, "[1]", true)]
    public void A_draft_reads_its_keywords_its_own_way(string dialect, string keywords, string value, bool fits)
    {
        var schema = Compile(dialect, keywords);
        Assert.That(schema.Validate(JsonElement.Parse(value)), fits ? Is.Empty : Is.Not.Empty);
    }

    [TestCase(Draft4, """ "const":1 """, "/const", "enum of one value")]
    [TestCase(Draft4, """ "contains":{} """, "/contains", "later draft")]
    [TestCase(Draft4, """ "propertyNames":{} """, "/propertyNames", "later draft")]
    [TestCase(Draft4, """ "$id":"urn:a" """, "/$id", "In draft-04 it is id")]
    [TestCase(Draft4, """ "properties":{"a":true} """, "/properties/a", "true and false stand in additionalProperties")]
    [TestCase(Draft4, """ "items":true """, "/items", "a schema is an object")]
    [TestCase(Draft4, """ "exclusiveMinimum":1,"minimum":1 """, "/exclusiveMinimum", "true or false")]
    [TestCase(Draft4, """ "exclusiveMinimum":true """, "/exclusiveMinimum", "beside minimum")]
    [TestCase(Draft4, """ "properties":{"a":{"id":"urn:a"}} """, "/properties/a/id", "root")]
    [TestCase(Draft6, """ "id":"urn:a" """, "/id", "it is $id")]
    [TestCase(Draft6, """ "dependentRequired":{} """, "/dependentRequired", "dependencies")]
    [TestCase(Draft7, """ "$anchor":"a" """, "/$anchor", "pointer")]
    [TestCase(Draft7, """ "$defs":{"unused":{"type":"strng"}} """, "/$defs/unused/type", "`string`")]
    [TestCase(Draft7, """ "unevaluatedProperties":false """, "/unevaluatedProperties", "2019-09")]
    [TestCase(Draft201909, """ "prefixItems":[{}] """, "/prefixItems", "items, as an array")]
    [TestCase(Draft201909, """ "$recursiveRef":"#" """, "/$recursiveRef", "Use $ref")]
    [TestCase(Draft201909, """ "dependencies":{} """, "/dependencies", "dependentRequired")]
    public void What_a_draft_does_not_know_is_refused_with_a_way_out(string dialect, string keywords, string place, string hint)
    {
        var fault = Parse($$"""{"$schema":"{{dialect}}",{{keywords}}}""").Error!.Violations.Single();
        Assert.That(fault.Field, Is.EqualTo("/payloadSchema" + place));
        Assert.That(fault.Message, Does.Contain(hint));
    }

    [Test]
    public void A_schema_of_draft_04_refers_to_itself_by_its_id() => Assert.That(
        Compile(Draft4, """ "id":"http://example.com/a#","properties":{"b":{"$ref":"http://example.com/a#/definitions/n"}},"definitions":{"n":{"type":"integer"}} """)
            .Validate(JsonElement.Parse("""{"b":"x"}""")), Is.Not.Empty);

    [TestCase(Draft4, """ "minimum":0,"exclusiveMinimum":true,"maximum":5 """, Draft202012, """ "exclusiveMinimum":0 """)]
    [TestCase(Draft202012, """ "exclusiveMinimum":0 """, Draft4, """ "minimum":0,"exclusiveMinimum":true """)]
    [TestCase(Draft4, """ "type":"integer" """, Draft202012, """ "type":"integer" """)]
    [TestCase(Draft4, """ "type":"integer" """, Draft4, """ "type":"number" """)]
    [TestCase(Draft4, """ "enum":[1,2] """, Draft4, """ "enum":[1,2,3] """)]
    [TestCase(Draft4, """ "enum":["a",null] """, Draft4, """ "type":["string","null"] """)]
    [TestCase(Draft7, """ "items":[{"type":"integer"}],"additionalItems":false """, Draft202012, """ "prefixItems":[{"type":"number"}],"items":false """)]
    [TestCase(Draft7, """ "dependencies":{"a":["b"]} """, Draft201909, """ "dependentRequired":{"a":["b"]} """)]
    [TestCase(Draft6, """ "definitions":{"n":{"type":"integer"}},"properties":{"a":{"$ref":"#/definitions/n"}} """, Draft202012, """ "properties":{"a":{"type":"number"}} """)]
    [TestCase(Draft201909, """ "contains":{"const":1},"minContains":2 """, Draft7, """ "contains":{"enum":[1,2]} """)]
    public void A_proof_works_across_drafts(string oldDialect, string old, string dialect, string changed) =>
        Assert.That(Compile(dialect, changed).ProveAccepts(Compile(oldDialect, old)).Unproved, Is.Empty);

    /// <summary>1.0 and 1 are one JSON value, and draft-04 takes only one of them for an integer.</summary>
    [TestCase(Draft202012, """ "properties":{"a":{"type":"integer"}} """, Draft4, """ "properties":{"a":{"type":"integer"}} """, """{"a":1.0}""")]
    [TestCase(Draft4, """ "properties":{"a":{"enum":[1,2]}} """, Draft4, """ "properties":{"a":{"type":"integer"}} """, """{"a":1.0}""")]
    [TestCase(Draft202012, """ "properties":{"a":{"const":1}} """, Draft4, """ "properties":{"a":{"type":"integer"}} """, """{"a":1.0}""")]
    [TestCase(Draft202012, """ "properties":{"a":{"const":[1]}} """, Draft4, """ "properties":{"a":{"items":{"type":"integer"}}} """, """{"a":[1e0]}""")]
    [TestCase(Draft4, """ "properties":{"a":{"enum":[1.0],"type":"integer"}} """, Draft202012, """ "properties":{"a":{"type":"string"}} """, """{"a":1}""")]
    [TestCase(Draft4, """ "properties":{"a":{"enum":[[1.0]],"items":{"type":"integer"}}} """, Draft202012, """ "properties":{"a":{"type":"string"}} """, """{"a":[1]}""")]
    [TestCase(Draft202012, """ "properties":{"a":{"multipleOf":1}} """, Draft4, """ "properties":{"a":{"type":["integer","string","null","boolean","array","object"]}} """, """{"a":1.0}""")]
    public void A_proof_never_takes_an_integer_for_one_of_draft_04(string oldDialect, string old, string dialect, string changed, string breaks)
    {
        var (before, after) = (Compile(oldDialect, old), Compile(dialect, changed));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(before.Validate(JsonElement.Parse(breaks)), Is.Empty, "the value fits the old schema");
            Assert.That(after.Validate(JsonElement.Parse(breaks)), Is.Not.Empty, "and not the new one");
            Assert.That(after.ProveAccepts(before).IsCompatible, Is.False);
        }
    }

    private static Result<PayloadSchema> Parse(string schema) => PayloadSchema.Parse(JsonElement.Parse(schema));

    private static PayloadSchema Compile(string dialect, string keywords) =>
        PayloadSchema.Compile(JsonElement.Parse($$"""{"$schema":"{{dialect}}",{{keywords}}}"""), Dialect.Draft202012, payloadsAreObjects: false).Value;
}
