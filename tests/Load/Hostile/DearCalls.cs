using System.Globalization;
using System.Text;

namespace Flownally.Load.Hostile;

/// <summary>
/// Makes schemas, payloads and bodies that cost as much as they can within the limits of size: what was seen to hurt such services, in ever
/// other variants. A call may need a type, which an earlier one makes.
/// </summary>
internal sealed class DearCalls(Random random)
{
    private const int MostBytes = 60_000;

    private static readonly string[] Formats =
        ["regex", "email", "uri", "uri-reference", "hostname", "json-pointer", "date-time", "duration", "ipv6", "uuid", "time"];

    private int _types;

    /// <summary>The calls of the next attack, in their order.</summary>
    public IReadOnlyList<DearCall> Next() => random.Next(12) switch
    {
        0 => Recording("pattern", $$"""{"properties":{"s":{"pattern":{{Text(Pattern())}}} } }""", $$"""{"s":{{Text(LongText())}} }"""),
        1 => Recording("format", $$"""{"properties":{"s":{"format":"{{One(Formats)}}"} } }""", $$"""{"s":{{Text(random.Next(2) == 0 ? Pattern(MostBytes) : LongText())}} }"""),
        2 or 3 or 4 => Doubled(),
        5 => ManyPatterns(),
        6 => Proof(),
        7 => FaultsUnderLongNames(),
        8 => [Batch("batch of dear payloads", Doubled())],
        9 => Deep(),
        10 => [new DearCall("hosts", HttpMethod.Get, "/openapi/v1.json", Host: $"h{random.Next()}.example", Anonymous: true)],
        _ => Unknown(),
    };

    private string NextType() => string.Create(CultureInfo.InvariantCulture, $"dear-{_types++}");

    private static string Text(string text) => System.Text.Json.JsonSerializer.Serialize(text);

    private T One<T>(params T[] some) => some[random.Next(some.Length)];

    private List<DearCall> Recording(string name, string schema, string payload)
    {
        var type = NextType();
        return
        [
            new DearCall($"{name}: type", HttpMethod.Post, "/v1/event-types", $$"""{"name":"{{type}}","payloadSchema":{{schema}} }"""),
            new DearCall($"{name}: event", HttpMethod.Post, "/v1/contacts/ctc_1/events", $$"""{"eventTypeName":"{{type}}","payload":{{payload}} }"""),
        ];
    }

    private string LongText()
    {
        var alphabet = One("a", "ab", "aé", "a.", "0", "😀", "(", "a@", "/", ":");
        var text = new StringBuilder();
        while (text.Length < 20_000)
        {
            text.Append(alphabet);
        }

        return text.Append(One("", "b", "!")).ToString();
    }

    private string Pattern(int length = 480)
    {
        var pattern = new StringBuilder();
        while (pattern.Length < length - 60)
        {
            pattern.Append(One("a*", "[a-z]*", @"\p{L}{0,40}", "(a|a)*", "(a|ab)(c|bcd)", ".*", @"[\u0100-\uffff\p{L}a]{1,20}", "(a?){20}", "a{0,200}", @"[^\d]+", "(x+x+)+y", "([a-z]+)*"));
        }

        return pattern.Append(One("b", "$", "!", "")).ToString();
    }

    /// <summary>Two references to the same, again and again, over something that may be dear by itself.</summary>
    private List<DearCall> Doubled()
    {
        var count = random.Next(500, 5_000);
        var names = string.Join(',', Enumerable.Range(0, count).Select(i => $"\"n{i}\""));
        var numbers = string.Join(',', Enumerable.Range(0, count));
        var members = string.Join(',', Enumerable.Range(0, random.Next(1, 5_000)).Select(i => $"\"n{i}\":{i}"));
        var text = LongText();
        var (name, rule, value) = One(
            ("required", $$"""{"required":[{{names}}]}""", $$"""{ {{members}} }"""),
            ("uniqueItems", """{"properties":{"a":{"uniqueItems":true} } }""", $$"""{"a":[{{numbers}}]}"""),
            ("const", $$"""{"properties":{"a":{"const":[{{numbers}}]} } }""", $$"""{"a":[{{numbers}}]}"""),
            ("enum", $$"""{"properties":{"a":{"items":{"enum":["x{{count}}",{"n":1},[1],7]} } } }""", $$"""{"a":[{{numbers}}]}"""),
            ("dependentRequired", $$"""{"dependentRequired":{ {{string.Join(',', Enumerable.Range(0, count / 2).Select(i => $"\"n{i}\":[\"m{i}\"]"))}} } }""", $$"""{ {{members}} }"""),
            ("contains", """{"properties":{"a":{"contains":{"type":"string"} } } }""", $$"""{"a":[{{numbers}}]}"""),
            ("pattern", $$"""{"properties":{"a":{"pattern":{{Text(Pattern())}} } } }""", $$"""{"a":{{Text(text)}} }"""),
            ("patternProperties", """{"patternProperties":{"^(a|n)[0-9]{0,200}x":false,"n.*n.*n":false} }""", $$"""{ {{members}} }"""),
            ("propertyNames", """{"propertyNames":{"pattern":"^[a-z]+[0-9]+$","maxLength":20} }""", $$"""{ {{members}} }"""),
            ("format", $$"""{"properties":{"a":{"format":"{{One(Formats)}}"} } }""", $$"""{"a":{{Text(text)}} }"""),
            ("multipleOf", """{"properties":{"a":{"items":{"multipleOf":3.7e-300} } } }""", $$"""{"a":[{{string.Join(',', Enumerable.Repeat(new string('7', 990), 55))}}]}"""),
            ("unevaluatedProperties", """{"properties":{"x":{} },"unevaluatedProperties":true}""", $$"""{ {{members}} }"""));
        var levels = random.Next(2, 14);
        var both = One("allOf", "anyOf", "oneOf");
        var definitions = string.Join(',', Enumerable.Range(0, levels).Select(i => $$"""
            "l{{i}}":{"{{both}}":[{"$ref":"#/$defs/l{{i + 1}}"},{"$ref":"#/$defs/l{{i + 1}}"}]}
            """));
        return Recording($"{name} under {levels} × {both}", $$"""{"$ref":"#/$defs/l0","$defs":{ {{definitions}},"l{{levels}}":{{rule}} } }""", value);
    }

    private List<DearCall> ManyPatterns()
    {
        var first = random.Next(0x100, 0xa000);
        var members = Enumerable.Range(0, random.Next(10, 120)).Select(i => $$"""
            "p{{i}}":{"pattern":"^[\\u{{first + i:x4}}-\\uffff\\p{L}a-z]{1,{{random.Next(1, 200)}}}(.*[^\\p{Lu}]+)?$"}
            """);
        return Recording("many patterns", $$"""{"properties":{ {{string.Join(',', members)}} } }""", $$"""{"p1":{{Text(LongText())}} }""");
    }

    /// <summary>A change whose proof has very many cases.</summary>
    private List<DearCall> Proof()
    {
        var type = NextType();
        var values = string.Join(',', Enumerable.Range(0, random.Next(100, 499)).Select(i => $$"""{"n":{{i}},"m":"{{i}}"}"""));
        var branches = random.Next(4, 14);
        var choices = string.Join(',', Enumerable.Range(0, branches).Select(i => $$"""{"anyOf":[{"properties":{"c{{i}}":{"type":"string"} } },{"required":["d{{i}}"]}]}"""));
        var (old, changed) = random.Next(2) == 0
            ? ($$"""{"enum":[{{values}}]}""", $$"""{"allOf":[{{choices}}]}""")
            : ($$"""{"allOf":[{{choices}}]}""", $$"""{"oneOf":[{"allOf":[{{choices}}]},{"enum":[{{values}}]}]}""");
        return
        [
            new DearCall("proof: type", HttpMethod.Post, "/v1/event-types", $$"""{"name":"{{type}}","payloadSchema":{{old}} }"""),
            new DearCall("proof: change", HttpMethod.Patch, $"/v1/event-types/{{{type}}}?validateOnly=true", $$"""{"payloadSchema":{{changed}} }"""),
        ];
    }

    private List<DearCall> FaultsUnderLongNames()
    {
        var name = new string(One('n', 'é', '/'), random.Next(10_000, 400_000));
        var faults = string.Join(',', Enumerable.Repeat(One("1e9999", "\"\\u0000\"", "\"\\ud800\""), random.Next(50, 4_000)));
        return
        [
            new DearCall("faults under a long name", HttpMethod.Post, "/v1/contacts/ctc_1/events", $$"""{"eventTypeName":"signup.completed","payload":{"{{name}}":[{{faults}}]} }"""),
            new DearCall("unknown members", HttpMethod.Post, "/v1/contacts/ctc_1/events",
                $$"""{ {{string.Join(',', Enumerable.Range(0, 4_000).Select(i => $"\"{i}{name[..100]}\":1"))}} }"""),
        ];
    }

    private static DearCall Batch(string name, List<DearCall> recording)
    {
        var item = recording[^1].Body!;
        item = string.Concat("""{"contactId":"ctc_1",""", item.AsSpan(1));
        var count = Math.Clamp(7_500_000 / item.Length, 1, 1_000);
        return new DearCall(name, HttpMethod.Post, "/v1/events/batch", $$"""{"events":[{{string.Join(',', Enumerable.Repeat(item, count))}}]}""");
    }

    private List<DearCall> Deep()
    {
        var depth = random.Next(10, 31);
        var deep = string.Concat(Enumerable.Repeat("""{"a":[""", depth / 2)) + new string('1', 900) + string.Concat(Enumerable.Repeat("]}", depth / 2));
        return Recording("recursion", One(
            """{"$ref":"#/$defs/n","$defs":{"n":{"anyOf":[{"properties":{"a":{"items":{"$ref":"#/$defs/n"} } } },{"properties":{"a":{"contains":{"$ref":"#/$defs/n"} } } }]} } }""",
            """{"properties":{"a":{"items":{"$ref":"#"},"contains":{"not":{"$ref":"#"} },"unevaluatedItems":{"$ref":"#"} } },"unevaluatedProperties":{"$ref":"#"} }"""), deep);
    }

    private List<DearCall> Unknown() =>
    [
        new DearCall("unknown key", HttpMethod.Get, "/v1/event-types", Anonymous: true),
        new DearCall("largest body", HttpMethod.Post, "/v1/event-types", $$"""{"name":"x","payloadSchema":{"x-note":"{{new string('x', 1_000_000)}}"} }"""),
        new DearCall("list", HttpMethod.Get, $"/v1/events?pageSize={random.Next(1, 201)}"),
    ];
}
