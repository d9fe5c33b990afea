using System.Text;
using Flownally.Domain.Json;

namespace Flownally.Domain.Tests.Json;

public sealed class JsonTextTests
{
    private const int MaxDepth = 3;

    [TestCase("1", 0, 0)]
    [TestCase("[]", 1, 0)]
    [TestCase("""{"a":[1],"b":2}""", 2, 0)]
    [TestCase("""[[{}],[]]""", 3, 0)]
    [TestCase("[[{}],[[[]]]]", 3, 1)]
    [TestCase("""["[[[["]""", 1, 0)]
    public void The_depth_of_a_text_is_that_of_its_deepest_value(string json, int depth, int faults)
    {
        var found = JsonText.FindFaults(Encoding.UTF8.GetBytes(json), MaxDepth, out var deepest);
        Assert.That((deepest, found.Count), Is.EqualTo((depth, faults)));
    }
}
