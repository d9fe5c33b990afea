using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Domain.Tests.Json;

public sealed class CanonicalJsonTests
{
    [TestCase("""{"a":1,"b":[true,null]}""", """ { "b" : [ true, null ], "a" : 1 } """)]
    [TestCase("""{"A":{"c":1,"b":2}}""", """{"\u0041":{"b":2,"c":1}}""")]
    [TestCase("""{"\u00e9":1,"z":2,"\ud83d\ude00":3}""", """{"😀":3,"é":1,"z":2}""")]
    [TestCase(""" "a\/b\n\"" """, "\"a/b\\u000a\\u0022\"")]
    [TestCase("[10, 1.50, -0, 12]", "[1e1, 15e-1, 0.0, 1.2e+1]")]
    public void Equal_values_have_one_text(string one, string other) => Assert.That(Of(one), Is.EqualTo(Of(other)));

    [TestCase("1", "\"1\"")]
    [TestCase("null", "\"null\"")]
    [TestCase("[]", "{}")]
    [TestCase("[[1],2]", "[[1,2]]")]
    [TestCase("""["a","b"]""", """["a,1\"b"]""")]
    [TestCase("""{"a":"b"}""", """{"a:1\"b":""}""")]
    [TestCase("[1,2]", "[12]")]
    [TestCase("[1,2]", "[2,1]")]
    [TestCase("\"\\\\n\"", "\"\\n\"")]
    public void Different_values_have_different_texts(string one, string other) => Assert.That(Of(one), Is.Not.EqualTo(Of(other)));

    private static string Of(string json) => CanonicalJson.Of(JsonElement.Parse(json));
}
