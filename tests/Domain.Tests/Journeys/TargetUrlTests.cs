using Flownally.Domain.Journeys;

namespace Flownally.Domain.Tests.Journeys;

public sealed class TargetUrlTests
{
    [TestCase("https://shop.example/hooks?a=b%20c&d")]
    [TestCase("http://shop.example:8080")]
    [TestCase("HTTPS://Shop.Example/")]
    [TestCase("http://[2001:db8::1]/")]
    [TestCase("http://127.0.0.1/")]
    public void A_url_is_kept_as_it_was_written(string text) => Assert.That(TargetUrl.Parse(text).ToString(), Is.EqualTo(text));

    [TestCase(null)]
    [TestCase("")]
    [TestCase("shop.example")]
    [TestCase("/hooks")]
    [TestCase("//shop.example/")]
    [TestCase("http:///hooks")]
    [TestCase("https://")]
    [TestCase("ftp://shop.example/")]
    [TestCase("file:///etc/passwd")]
    [TestCase("https://shop.example/#part")]
    [TestCase("https://shop.example/#")]
    [TestCase("https://user@shop.example/")]
    [TestCase("https://user:password@shop.example/")]
    [TestCase("https://:@shop.example/")]
    [TestCase(" https://shop.example/")]
    [TestCase("https://shop.example/ ")]
    [TestCase("https://shop.example/a b")]
    [TestCase("https://shop.example/\n")]
    [TestCase("https://shop.example\\hooks")]
    [TestCase("https://shop.example/%zz")]
    [TestCase("https://shöp.example/")]
    [TestCase("https://shop.example:99999/")]
    public void What_is_no_absolute_http_url_is_refused(string? text) => Assert.That(TargetUrl.TryParse(text, null, out _), Is.False);

    [TestCase(2_047, true)]
    [TestCase(2_048, true)]
    [TestCase(2_049, false)]
    public void A_url_has_at_most_2048_characters(int length, bool expected) =>
        Assert.That(TargetUrl.TryParse("https://shop.example/".PadRight(length, 'x'), null, out _), Is.EqualTo(expected));
}
