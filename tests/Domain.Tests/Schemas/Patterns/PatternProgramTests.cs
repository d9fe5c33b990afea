using Flownally.Domain.Schemas;
using Flownally.Domain.Schemas.Patterns;

namespace Flownally.Domain.Tests.Schemas.Patterns;

public sealed class PatternProgramTests
{
    [TestCase("", "", true)]
    [TestCase("a", "bab", true)]
    [TestCase("a", "", false)]
    [TestCase("^a$", "a", true)]
    [TestCase("^a$", "a\n", false)]
    [TestCase("^$", "", true)]
    [TestCase("a|bc|", "x", true)]
    [TestCase("^(a|bc)$", "bc", true)]
    [TestCase("^(?:a|bc)+$", "abca", true)]
    [TestCase("^(?<name>a)$", "a", true)]
    [TestCase("^a{2}$", "aa", true)]
    [TestCase("^a{2}$", "a", false)]
    [TestCase("^a{2}$", "aaa", false)]
    [TestCase("^a{2,}$", "aaaa", true)]
    [TestCase("^a{1,3}$", "aaa", true)]
    [TestCase("^a{1,3}$", "aaaa", false)]
    [TestCase("^(ab){1,3}$", "ababab", true)]
    [TestCase("^(ab){1,3}$", "abababab", false)]
    [TestCase("^(a*)*$", "aaa", true)]
    [TestCase("^(a*)*b$", "aaa", false)]
    [TestCase("^a??$", "", true)]
    [TestCase("^a{0}$", "", true)]
    [TestCase("^a{0}$", "a", false)]
    [TestCase("^{a}$", "{a}", true)]
    [TestCase("^a{,2}$", "a{,2}", true)]
    [TestCase("^.$", "\n", false)]
    [TestCase("^.$", "é", true)]
    [TestCase("^.$", "😀", true)]
    [TestCase("^..$", "😀", false)]
    [TestCase("^🐲*$", "🐲🐲", true)]
    [TestCase("^🐲*$", "🐲🐉", false)]
    [TestCase("^[😀-🙏]+$", "😀🙏😎", true)]
    [TestCase("^[😀-🙏]+$", "🙐", false)]
    [TestCase("^[^a]$", "😀", true)]
    [TestCase("^[^😀]$", "😀", false)]
    [TestCase(@"^\S$", "😀", true)]
    [TestCase(@"^\W$", "😀", true)]
    [TestCase(@"^\D$", "😀", true)]
    [TestCase(@"^\p{L}$", "𐐀", true)]
    [TestCase(@"^\P{L}$", "𐐀", false)]
    [TestCase(@"^\u{1F600}$", "😀", true)]
    [TestCase(@"^\ud83d\ude00$", "😀", true)]
    [TestCase(@"^[\u{1F600}-\u{1F64F}]$", "😎", true)]
    [TestCase("^🐲{2,3}$", "🐲🐲🐲", true)]
    [TestCase("^🐲{2,3}$", "🐲", false)]
    [TestCase("^(?:🐲|🐉)+$", "🐲🐉", true)]
    [TestCase("^[^🐲🐉]$", "🐊", true)]
    [TestCase("^[^🐲-🐴]$", "🐳", false)]
    [TestCase("^[^a]{2}$", "😀", false)]
    [TestCase("^[a-😀]$", "é", true)]
    [TestCase(@"^[\S]$", "🐲", true)]
    [TestCase(@"^[\W]$", "🐲", true)]
    [TestCase(@"^[\D]$", "🐲", true)]
    [TestCase(@"^[^\w\s]$", "🐲", true)]
    [TestCase(@"^\p{Lu}$", "𐐀", true)]
    [TestCase(@"^\p{Lu}$", "𐐨", false)]
    [TestCase(@"^[^\p{L}]$", "𐐀", false)]
    [TestCase(@"^\uD83D\uDC32*$", "🐲🐲", true)]
    [TestCase(@"^\u{1F432}+$", "🐲🐲", true)]
    [TestCase(@"^[\uD83D\uDC32]$", "🐲", true)]
    [TestCase(@"^[^\uD83D\uDC32]$", "🐲", false)]
    [TestCase(@"^[\uD83D\uDC30-\u{1F434}]$", "🐲", true)]
    [TestCase(@"^[\uD83D\u{1F432}]$", "🐲", true)]
    [TestCase(@"^[\uD83D\u0061]$", "a", true)]
    [TestCase(@"^\d$", "٣", false)]
    [TestCase(@"^\w+$", "aZ_09", true)]
    [TestCase(@"^\w$", "é", false)]
    [TestCase(@"^\s+$", " \t\u00a0\u2003\ufeff", true)]
    [TestCase(@"^[\d.-]+$", "1.5-2", true)]
    [TestCase(@"^[\S]$", " ", false)]
    [TestCase(@"^[^\s\S]$", "a", false)]
    [TestCase("^[]$", "a", false)]
    [TestCase("^[^]$", "\n", true)]
    [TestCase(@"^[\b]$", "\b", true)]
    [TestCase(@"^[a\-z]+$", "-", true)]
    [TestCase(@"^[a-]$", "-", true)]
    [TestCase(@"^[[]$", "[", true)]
    [TestCase(@"^\cJ\x41\u0042\0$", "\nAB\0", true)]
    [TestCase(@"^\p{Letter}\p{Lu}\p{gc=Nd}\p{General_Category=Sc}$", "aB1€", true)]
    [TestCase(@"^\p{LC}+$", "aB", true)]
    [TestCase(@"^[^\p{L}\d]+$", "-!", true)]
    [TestCase(@"^\/\.\-$", "/.-", true)]
    public void A_pattern_is_found_or_not(string pattern, string text, bool found) =>
        Assert.That(PatternProgram.Compile(pattern).IsMatch(text, new Work(Work.PerPayload)), Is.EqualTo(found));

    [TestCase("(", "character 1", "lacks its )")]
    [TestCase("a(b(c)", "character 2", "lacks its )")]
    [TestCase("ab)", "character 3", "lacks its (")]
    [TestCase("a[b", "character 2", "lacks its ]")]
    [TestCase("*a", "character 1", "nothing to repeat")]
    [TestCase("a**", "character 3", "nothing to repeat")]
    [TestCase("^*", "character 2", "^ or $ is repeated")]
    [TestCase("a(|$+)", "character 5", "^ or $ is repeated")]
    [TestCase("🐲🐉[b-a]", "character 5", "wrong order")]
    [TestCase("a{2,1}", "character 2", "wrong order")]
    [TestCase("[b-a]", "character 3", "wrong order")]
    [TestCase(@"[\d-a]", "character 4", @"a set such as \d")]
    [TestCase(@"[a-\d]", "character 3", @"a set such as \d")]
    [TestCase("(?=a)", "character 1", "look-around")]
    [TestCase("(?<!a)", "character 1", "look-around")]
    [TestCase("(?i)a", "character 1", "inline options")]
    [TestCase(@"(a)\1", "character 4", "back-references")]
    [TestCase(@"a\b", "character 2", @"\b cannot")]
    [TestCase(@"a\", "character 2", "backslash")]
    [TestCase(@"\q", "character 1", "means nothing")]
    [TestCase(@"\Aa\Z", "character 1", "use ^ or $")]
    [TestCase(@"\x4", "character 1", "hexadecimal")]
    [TestCase(@"\u{110000}", "character 1", "10ffff")]
    [TestCase(@"^\p{Script=Greek}", "character 2", @"\p{Script=Greek} is not supported; only general categories")]
    [TestCase(@"[\P{Script_Extensions=Greek}]", "character 2", @"\P{Script_Extensions=Greek} is not supported")]
    [TestCase(@"\p{sc=Latin}", "character 1", "general categories")]
    [TestCase(@"\p{Greek}", "character 1", "general category")]
    [TestCase(@"\p{Lx}", "character 1", "general category")]
    public void A_pattern_that_cannot_be_used_is_refused_with_what_and_where(string pattern, string place, string reason)
    {
        Assert.That(() => PatternProgram.Compile(pattern), Throws.TypeOf<FormatException>().With.Message.Contains(place).And.Message.Contains(reason));
        Assert.That(PatternParser.IsPattern(pattern), Is.False);
    }

    [TestCase("^.{0,390}$", true)]
    [TestCase("^.{0,5000}$", false)]
    [TestCase("^(ab){100}$", true)]
    [TestCase("^((a{100}){100}){100}$", false)]
    [TestCase("a{99999999999999999999}", false)]
    [TestCase("((((a{1000}){1000}){1000}){1000}){1000}", false)]
    public void A_pattern_that_repeats_too_much_is_refused_with_a_way_out(string pattern, bool taken)
    {
        if (taken)
        {
            Assert.That(PatternProgram.Compile(pattern).Length, Is.LessThanOrEqualTo(PatternProgram.MaxLength));
        }
        else
        {
            Assert.That(() => PatternProgram.Compile(pattern), Throws.TypeOf<FormatException>().With.Message.Contains("maxLength"));
        }

        Assert.That(PatternParser.IsPattern(pattern), Is.True, "it is a pattern all the same");
    }

    [TestCase("^.{0,5000}$", "At character 3 of the pattern {0,5000} repeats too often")]
    [TestCase("^🐲{400}$", "At character 3 of the pattern {400} repeats too often")]
    [TestCase("^(a{200,}){3}$", "The pattern is too long: it would take")]
    public void A_count_that_is_too_large_is_named_with_its_place(string pattern, string message) =>
        Assert.That(() => PatternProgram.Compile(pattern), Throws.TypeOf<FormatException>().With.Message.StartsWith(message));

    /// <summary>As .NET's engine read them, which ran patterns before.</summary>
    [TestCase("^*a", "ba", true)]
    [TestCase("^+a", "ba", false)]
    [TestCase("(^)*a$?", "ba", true)]
    [TestCase("a${2}", "a", true)]
    [TestCase(@"^[\d-a]+$", "7-a", true)]
    [TestCase(@"^[\d-a]+$", "b", false)]
    [TestCase(@"^[\w-.]+$", "a-.", true)]
    [TestCase(@"^[\s-\d]+$", " -7", true)]
    [TestCase("^[😀-豈]+$", "😀豈", true)]
    [TestCase("^.{0,5000}$", "a", true)]
    [TestCase("^(a|){9999}$", "aa", true)]
    [TestCase("^((a|)|){0,9999}$", "aa", true)]
    public void A_stored_pattern_that_is_no_longer_taken_keeps_its_meaning(string pattern, string text, bool found)
    {
        Assert.That(() => PatternProgram.Compile(pattern), Throws.TypeOf<FormatException>());
        Assert.That(PatternProgram.Compile(pattern, isStored: true).IsMatch(text, new Work(Work.PerPayload)), Is.EqualTo(found));
    }

    [TestCase(@"^\-$", "-")]
    [TestCase(@"^\@\:\#\""\_$", "@:#\"_")]
    public void An_escape_that_can_mean_one_thing_only_is_taken(string pattern, string text) =>
        Assert.That(PatternProgram.Compile(pattern).IsMatch(text, new Work(Work.PerPayload)), Is.True);

    /// <summary>What an automaton would grow to exponentially stays as long as the pattern.</summary>
    [Test]
    public void The_work_is_at_most_the_length_of_the_text_times_that_of_the_program()
    {
        var text = new string('a', 20_000);
        foreach (var pattern in (string[])["(a|a)*b", "(a*)*b", "a{1,300}b", "(a?){120}b", "[a-z]*a[a-z]{300}c", "(.*)(.*)(.*)(.*)b"])
        {
            var (program, work) = (PatternProgram.Compile(pattern), new Work(Work.PerPayload));
            Assert.That(program.IsMatch(text, work), Is.False);
            Assert.That(work.IsSpent, Is.False);
            Assert.That(work.Spent, Is.LessThanOrEqualTo((2L * program.Length + 3) * (text.Length + 1)), pattern);
        }
    }

    [Test]
    public void A_text_of_any_depth_is_judged_as_a_pattern_without_building_anything()
    {
        var deep = new string('(', 32_000) + new string(')', 32_000);
        Assert.That(PatternParser.IsPattern(deep), Is.True);
        Assert.That(PatternParser.IsPattern(deep + ")"), Is.False);
        Assert.That(PatternParser.IsPattern(string.Concat(Enumerable.Repeat(@"[\u0100-\uffff\p{L}]{1,9999}", 2_000))), Is.True);
    }
}
