using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Flownally.Application.Journeys.Delivery;
using Microsoft.AspNetCore.Http;

namespace Flownally.Api.Tests.Journeys;

public sealed class WebhookSenderTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 9, 30, 0, 900, TimeSpan.Zero);

    [Test]
    public async Task A_webhook_arrives_as_it_was_given_and_with_nothing_else()
    {
        using var activity = new Activity("of the sender").Start();
        await using var receiver = await Receiver.StartAsync();
        using var sender = Webhooks.NewSender();
        var outcome = await sender.SendAsync(Webhooks.To(receiver.Url(), """{"name":"Zoë"}"""), CancellationToken.None);
        var delivery = receiver.Deliveries.Single();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcome, Is.EqualTo(new WebhookOutcome.Delivered(200)));
            Assert.That((delivery.Method, delivery.Path), Is.EqualTo(("POST", "/hook")));
            Assert.That(Encoding.UTF8.GetString(delivery.Body), Is.EqualTo("""{"name":"Zoë"}"""));
            Assert.That(delivery.Headers.Keys.Select(name => name.ToLowerInvariant()), Is.EquivalentTo(
                ["host", "user-agent", "content-type", "content-length", "webhook-id", "webhook-timestamp", "webhook-signature"]));
            Assert.That(delivery.Headers.ContentType.ToString(), Is.EqualTo("application/json"));
            Assert.That(delivery.Headers.ContentLength, Is.EqualTo(15));
            Assert.That(delivery.Headers.UserAgent.ToString(), Is.EqualTo("Flownally"));
            Assert.That(delivery.Headers["webhook-id"].ToString(), Is.EqualTo("jrne_01"));
        }
    }

    [Test]
    public async Task Each_attempt_is_signed_anew_at_its_own_time()
    {
        await using var receiver = await Receiver.StartAsync();
        var clock = new Clock(Now);
        using var sender = Webhooks.NewSender(clock: clock);
        var request = Webhooks.To(receiver.Url(), """{"n":1}""");
        await sender.SendAsync(request, CancellationToken.None);
        clock.Now += TimeSpan.FromMinutes(10);
        await sender.SendAsync(request, CancellationToken.None);
        var (first, second) = (receiver.Deliveries.First(), receiver.Deliveries.Last());
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Headers["webhook-timestamp"].ToString(), Is.EqualTo("1769851800"));
            Assert.That(second.Headers["webhook-timestamp"].ToString(), Is.EqualTo("1769852400"));
            Assert.That(first.Headers["webhook-id"], Is.EqualTo(second.Headers["webhook-id"]));
            Assert.That(IsGenuine(first, Webhooks.Secret, Now), Is.True);
            Assert.That(IsGenuine(second, Webhooks.Secret, Now.AddMinutes(10)), Is.True);
            Assert.That(IsGenuine(second, Webhooks.Secret, Now), Is.False, "from another time");
            Assert.That(IsGenuine(first with { Body = second.Body[1..] }, Webhooks.Secret, Now), Is.False, "another body");
            Assert.That(IsGenuine(first, "whsec_" + Convert.ToBase64String(new byte[32]), Now), Is.False, "another secret");
        }
    }

    [TestCase(200)]
    [TestCase(204)]
    [TestCase(299)]
    public async Task Every_2xx_is_a_delivery(int status) =>
        Assert.That(await OutcomeAsync(status), Is.EqualTo(new WebhookOutcome.Delivered(status)));

    [TestCase(300)]
    [TestCase(304)]
    [TestCase(400)]
    [TestCase(401)]
    [TestCase(410)]
    [TestCase(500)]
    [TestCase(599)]
    public async Task Every_other_status_is_a_refusal(int status) =>
        Assert.That(await OutcomeAsync(status), Is.EqualTo(new WebhookOutcome.Refused(status)));

    [TestCase("120", 120.0)]
    [TestCase("0", 0.0)]
    [TestCase("Sat, 31 Jan 2026 10:30:00 GMT", 3599.1)]
    [TestCase("Sat, 31 Jan 2026 09:29:00 GMT", -60.9)]
    [TestCase("soon", null)]
    [TestCase("-1", null)]
    [TestCase("99999999999999999999", null)]
    public async Task What_a_receiver_asks_for_is_passed_on(string retryAfter, double? seconds) =>
        Assert.That(
            await OutcomeAsync(503, answer => answer.Headers.RetryAfter = retryAfter),
            Is.EqualTo(new WebhookOutcome.Refused(503, seconds is null ? null : TimeSpan.FromSeconds(seconds.Value))));

    [TestCase(301)]
    [TestCase(302)]
    [TestCase(307)]
    [TestCase(308)]
    public async Task A_redirect_is_not_followed(int status)
    {
        await using var elsewhere = await Receiver.StartAsync();
        var outcome = await OutcomeAsync(status, answer => answer.Headers.Location = elsewhere.Url().ToString());
        Assert.That(outcome, Is.EqualTo(new WebhookOutcome.Refused(status)));
        Assert.That(elsewhere.Connections, Is.Zero);
    }

    [Test]
    public async Task Cookies_are_not_kept()
    {
        await using var receiver = await Receiver.StartAsync(http =>
        {
            http.Response.Headers.SetCookie = "a=b; Path=/";
            return Task.CompletedTask;
        });
        using var sender = Webhooks.NewSender();
        await sender.SendAsync(Webhooks.To(receiver.Url()), CancellationToken.None);
        await sender.SendAsync(Webhooks.To(receiver.Url()), CancellationToken.None);
        Assert.That(receiver.Deliveries.Select(delivery => delivery.Headers.Cookie.Count), Is.EqualTo([0, 0]));
    }

    private static async Task<WebhookOutcome> OutcomeAsync(int status, Action<HttpResponse>? with = null)
    {
        await using var receiver = await Receiver.StartAsync(http =>
        {
            http.Response.StatusCode = status;
            with?.Invoke(http.Response);
            return Task.CompletedTask;
        });
        using var sender = Webhooks.NewSender(clock: new Clock(Now));
        return await sender.SendAsync(Webhooks.To(receiver.Url()), CancellationToken.None);
    }

    /// <summary>What a receiver does ("Verifying signatures" in Standard Webhooks 1.0), written from its text.</summary>
    private static bool IsGenuine(Delivery delivery, string secret, DateTimeOffset now)
    {
        var (id, timestamp) = (delivery.Headers["webhook-id"].ToString(), delivery.Headers["webhook-timestamp"].ToString());
        var sent = DateTimeOffset.FromUnixTimeSeconds(long.Parse(timestamp, CultureInfo.InvariantCulture));
        var signed = Encoding.UTF8.GetBytes(id + "." + timestamp + "." + Encoding.UTF8.GetString(delivery.Body));
        var expected = HMACSHA256.HashData(Convert.FromBase64String(secret.Split('_', 2)[1]), signed);
        return (now - sent).Duration() < TimeSpan.FromMinutes(5) && delivery.Headers["webhook-signature"].ToString().Split(' ')
            .Select(signature => signature.Split(','))
            .Any(parts => parts[0] == "v1" && CryptographicOperations.FixedTimeEquals(Convert.FromBase64String(parts[1]), expected));
    }

    private sealed class Clock(DateTimeOffset now) : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = now;

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
