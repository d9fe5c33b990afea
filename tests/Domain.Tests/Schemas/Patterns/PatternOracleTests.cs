using System.Text;
using System.Text.Json;
using Flownally.Domain.Schemas;
using Flownally.Domain.Schemas.Patterns;

namespace Flownally.Domain.Tests.Schemas.Patterns;

/// <summary>Compares generated patterns and texts with JavaScript's own engine, where Node.js is installed.</summary>
public sealed class PatternOracleTests
{
    private const int Cases = 20_000;
    private const int Seed = 1;

    private static readonly string[] Atoms =
    [
        "a", "b", "c", ".", "😀", "é", "-", @"\d", @"\D", @"\w", @"\W", @"\s", @"\S", @"\p{L}", @"\P{L}", @"\p{Lu}", "[abc]", "[^ab]", "[a-c]", "[^a-c😀]", "[😀-😎]",
        @"[\da]", @"[^\s]", @"[\p{L}-]", "[]", "[^]", @"\.", @"\u0061", @"\u{1F600}", @"\uD83D\uDE00", @"\uD83D", @"[^\uD83D\uDE00]", @"[\d-a]", "^", "$",
    ];

    private static readonly string[] Quantifiers = ["*", "+", "?", "{2}", "{1,}", "{0,2}", "{1,3}", "*?", "+?", "{2,1}"];

    private static readonly string[] Characters = ["a", "b", "c", "A", "1", "-", ".", " ", "\n", "😀", "😎", "é"];

    [Test]
    public async Task Both_find_the_same_patterns()
    {
        if (!Programs.Has("node"))
        {
            Assert.Ignore("The comparison needs Node.js.");
        }

        var random = new Random(Seed);
        List<(string Pattern, string Text)> cases = [.. Enumerable.Range(0, Cases).Select(_ => (Pattern(random, depth: 3), Text(random)))];
        var output = await Programs.RunAsync("node", [Path.Combine(Programs.Root, "tests/Domain.Tests/Schemas/Patterns/patterns.cjs")], packages: null,
            cases.Select(c => JsonSerializer.Serialize(new { pattern = c.Pattern, text = c.Text })));
        var theirs = output.TrimEnd().Split('\n');

        Assert.That(theirs.Count(verdict => verdict == "true"), Is.InRange(Cases / 10, Cases * 8 / 10), "the cases must be able to tell an engine that says the same of all");
        Assert.That(theirs.Count(verdict => verdict == "null"), Is.InRange(Cases / 50, Cases / 2), "some must be no patterns");
        using (Assert.EnterMultipleScope())
        {
            foreach (var ((pattern, text), verdict) in cases.Zip(theirs))
            {
                Assert.That(Ours(pattern, text), Is.EqualTo(verdict), $"{pattern} on {JsonSerializer.Serialize(text)}");
            }
        }
    }

    private static string Ours(string pattern, string text)
    {
        try
        {
            return PatternProgram.Compile(pattern).IsMatch(text, new Work(Work.PerPayload)) ? "true" : "false";
        }
        catch (FormatException)
        {
            return "null";
        }
    }

    private static string Pattern(Random random, int depth)
    {
        var pattern = new StringBuilder();
        for (var i = random.Next(1, 4); i > 0; i--)
        {
            pattern.Append(depth > 0 && random.Next(4) == 0 ? $"({(random.Next(2) == 0 ? "?:" : "")}{Pattern(random, depth - 1)})" : Atoms[random.Next(Atoms.Length)]);
            pattern.Append(random.Next(3) == 0 ? Quantifiers[random.Next(Quantifiers.Length)] : "");
            pattern.Append(random.Next(8) == 0 ? "|" : "");
        }

        return pattern.ToString();
    }

    private static string Text(Random random) => string.Concat(Enumerable.Range(0, random.Next(6)).Select(_ => Characters[random.Next(Characters.Length)]));
}
