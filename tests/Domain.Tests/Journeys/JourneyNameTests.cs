using Flownally.Domain.Journeys;

namespace Flownally.Domain.Tests.Journeys;

public sealed class JourneyNameTests
{
    [TestCase("x", 1, true)]
    [TestCase("x", 99, true)]
    [TestCase("x", 100, true)]
    [TestCase("x", 101, false)]
    [TestCase("😀", 100, true)]
    [TestCase("😀", 101, false)]
    public void A_name_has_at_most_100_characters(string character, int length, bool expected) =>
        Assert.That(JourneyName.TryParse(string.Concat(Enumerable.Repeat(character, length)), null, out _), Is.EqualTo(expected));

    [TestCase(null)]
    [TestCase("")]
    [TestCase(" ")]
    [TestCase("\t\n\u00A0")]
    public void A_name_is_more_than_white_space(string? text) => Assert.That(JourneyName.TryParse(text, null, out _), Is.False);

    [Test]
    public void A_name_is_kept_as_it_was_written() => Assert.That(JourneyName.Parse(" Välkommen! ").ToString(), Is.EqualTo(" Välkommen! "));
}
