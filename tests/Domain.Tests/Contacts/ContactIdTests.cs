using Flownally.Domain.Contacts;

namespace Flownally.Domain.Tests.Contacts;

public sealed class ContactIdTests
{
    [TestCase("a", true)]
    [TestCase("+49|x~y=z@shop.example:8-_", true)]
    [TestCase("...", true)]
    [TestCase(".", false)]
    [TestCase("..", false)]
    [TestCase("", false)]
    [TestCase("a b", false)]
    [TestCase("a/b", false)]
    [TestCase("é", false)]
    [TestCase(null, false)]
    public void An_id_has_characters_that_a_path_can_carry(string? text, bool expected) =>
        Assert.That(ContactId.TryParse(text, null, out _), Is.EqualTo(expected));

    [Test]
    public void What_is_stored_stays_what_it_is() => Assert.That(ContactId.Stored("..").Value, Is.EqualTo(".."));
}
