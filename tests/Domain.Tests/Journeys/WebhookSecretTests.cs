using System.Text;
using Flownally.Domain.Journeys;

namespace Flownally.Domain.Tests.Journeys;

public sealed class WebhookSecretTests
{
    [TestCase(23, false)]
    [TestCase(24, true)]
    [TestCase(25, true)]
    [TestCase(63, true)]
    [TestCase(64, true)]
    [TestCase(65, false)]
    public void A_secret_is_24_to_64_bytes(int bytes, bool expected)
    {
        var text = "whsec_" + Convert.ToBase64String([.. Enumerable.Range(0, bytes).Select(i => (byte)(255 - i))]);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(WebhookSecret.TryParse(text, null, out var secret), Is.EqualTo(expected));
            Assert.That(secret?.Reveal(), Is.EqualTo(expected ? text : null));
        }
    }

    [TestCase(null)]
    [TestCase("")]
    [TestCase("whsec_")]
    [TestCase("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [TestCase("WHSEC_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [TestCase("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS-", Description = "base64url")]
    [TestCase("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSwMA", Description = "no padding")]
    [TestCase("whsec_MfKQ9r8GKYqrTwjU PD8ILPZIo2LaLaSw")]
    [TestCase("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n")]
    public void Anything_else_is_none(string? text) => Assert.That(WebhookSecret.TryParse(text, null, out _), Is.False);

    [Test]
    public void Refusing_a_text_does_not_repeat_it() =>
        Assert.That(() => WebhookSecret.Parse("whsec_almost"), Throws.TypeOf<FormatException>().With.Message.Not.Contain("almost"));

    [Test]
    public void A_secret_hides_itself() =>
        Assert.That($"{WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")}", Is.EqualTo("whsec_…"));

    /// <summary>The vector on which the public libraries of Standard Webhooks and Svix agree.</summary>
    [Test]
    public void The_signature_is_that_of_Standard_Webhooks() =>
        Assert.That(
            WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").Sign(
                "msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, """{"test": 2432232314}"""u8),
            Is.EqualTo("v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="));

    [Test]
    public void Everything_that_is_sent_is_signed()
    {
        var secret = WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");
        var other = WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSx");
        var body = Encoding.UTF8.GetBytes("{}");
        string[] signatures =
        [
            secret.Sign("a", 1, body), other.Sign("a", 1, body), secret.Sign("b", 1, body), secret.Sign("a", 2, body), secret.Sign("a", 1, []),
        ];
        Assert.That(signatures, Is.Unique);
    }
}
