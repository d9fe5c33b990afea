using Flownally.Application.Journeys.Delivery;
using Flownally.Domain.Journeys;

namespace Flownally.Application.Tests.Journeys.Delivery;

public sealed class WebhookOutcomeTests
{
    private static readonly WebhookSecret Secret = WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw");

    [Test]
    public void What_was_delivered_is_not_sent_again() =>
        Assert.That(new WebhookOutcome.Delivered(200).NextAfter(1, 0.5), Is.Null);

    [TestCase(409, true)]
    [TestCase(410, false)]
    [TestCase(411, true)]
    public void A_receiver_that_is_gone_is_left_alone_at_once(int status, bool another) =>
        Assert.That(new WebhookOutcome.Refused(status).NextAfter(1, 0.5).HasValue, Is.EqualTo(another));

    [Test]
    public void Every_other_failure_follows_the_schedule([Values] DeliveryError reason) =>
        Assert.That(new WebhookOutcome.Failed(reason).NextAfter(3, 0.5), Is.EqualTo(RetrySchedule.After(3, 0.5)));

    [Test]
    public void A_failure_is_told_by_its_kind([Values] DeliveryError reason) => Assert.That(new WebhookOutcome.Failed(reason).Error, Is.EqualTo(reason));

    [Test]
    public void A_status_is_an_error_unless_it_tells_of_a_delivery()
    {
        Assert.That(new WebhookOutcome.Refused(503).Error, Is.EqualTo(DeliveryError.Status));
        Assert.That(new WebhookOutcome.Delivered(204).Error, Is.Null);
    }

    [TestCase(429)]
    [TestCase(503)]
    public void A_receiver_that_asks_for_time_gets_it(int status) =>
        Assert.That(new WebhookOutcome.Refused(status, TimeSpan.FromHours(1)).NextAfter(1, 0), Is.EqualTo(TimeSpan.FromHours(1)));

    [TestCase("")]
    [TestCase("a.b")]
    [TestCase("a b")]
    [TestCase("a\r\nwebhook-id: b")]
    [TestCase("é")]
    public void An_id_that_would_blur_what_is_signed_is_a_bug(string id) =>
        Assert.That(() => new WebhookRequest(id, new Uri("https://example.test"), Secret, default), Throws.ArgumentException);

    [Test]
    public void A_request_hides_its_secret_and_its_body()
    {
        var request = new WebhookRequest("w_1", new Uri("https://example.test"), Secret, "\"payload\""u8.ToArray());
        Assert.That(request.ToString(), Does.Not.Contain("MfKQ").And.Not.Contain("payload"));
    }
}
