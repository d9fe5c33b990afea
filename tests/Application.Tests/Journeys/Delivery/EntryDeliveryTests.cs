using Flownally.Application.Events;
using Flownally.Application.Journeys.Delivery;
using Flownally.Domain;
using Flownally.Domain.Contacts;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Flownally.Application.Tests.Journeys.Delivery;

public sealed class EntryDeliveryTests
{
    private static readonly FakeTimeProvider Clock = new(new DateTimeOffset(2026, 1, 31, 9, 30, 0, TimeSpan.Zero));
    private static readonly IdGenerator Ids = new(Clock);
    private static readonly ReadOnlyMemory<byte> Body = "{}"u8.ToArray();

    private static readonly JourneyTarget Target = new(TargetUrl.Parse("https://receiver.example/hook"), WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));

    private readonly Mock<IDeliveries> _deliveries = new();
    private readonly Mock<IWebhookBody> _body = new();
    private readonly Mock<IWebhookSender> _sender = new();
    private readonly DueEntry _entry = new(new TenantId(Ids.Next()), new JourneyId(Ids.Next()), new JourneyEntryId(Ids.Next()), ContactId.Parse("ctc_1"), Attempts: 2);
    private readonly EventResponse _event = new() { EventTypeName = "order.paid" };

    [SetUp]
    public void Start()
    {
        Mock[] mocks = [_deliveries, _body, _sender];
        foreach (var mock in mocks)
        {
            mock.Reset();
        }

        Find(new Webhook(JourneyName.Parse("Thanks"), Target, Clock.GetUtcNow(), _event));
        _body.Setup(body => body.Write(It.IsAny<JourneyEntered>())).Returns(Body);
        Answer(new WebhookOutcome.Delivered(202));
    }

    [Test]
    public async Task The_target_is_told_of_journey_entry_and_event_under_the_entrys_id()
    {
        JourneyEntered? told = null;
        _body.Setup(body => body.Write(It.IsAny<JourneyEntered>())).Callback((JourneyEntered it) => told = it).Returns(Body);
        var attempt = await AttemptAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(attempt, Is.EqualTo(new Attempt(_entry, DeliveryState.Delivered, 3, Clock.GetUtcNow(), null, 202)));
            Assert.That(told, Is.EqualTo(new JourneyEntered("journey.entered", Clock.GetUtcNow(), new JourneyEnteredData(
                new EnteredJourney(_entry.JourneyId, JourneyName.Parse("Thanks")), new EnteredEntry(_entry.Id, Clock.GetUtcNow()), _event))));
            _sender.Verify(sender => sender.SendAsync(new WebhookRequest(_entry.Id.ToString(), Target.Url.Value, Target.Secret, Body), default), Times.Once);
        }
    }

    [Test]
    public async Task What_failed_is_retried_as_the_schedule_says()
    {
        Answer(new WebhookOutcome.Refused(503));
        var attempt = await AttemptAsync();
        Assert.That((attempt.State, attempt.Attempts, attempt.Status), Is.EqualTo((DeliveryState.Pending, 3, (int?)503)));
        Assert.That(attempt.NextAt - Clock.GetUtcNow(), Is.InRange(RetrySchedule.After(3, 0)!.Value, RetrySchedule.After(3, 1)!.Value));
    }

    [Test]
    public async Task Without_an_answer_there_is_no_status()
    {
        Answer(new WebhookOutcome.Failed(DeliveryError.Timeout));
        var attempt = await AttemptAsync();
        Assert.That((attempt.State, attempt.Status, attempt.Error), Is.EqualTo((DeliveryState.Pending, (int?)null, DeliveryError.Timeout)));
    }

    [Test]
    public async Task An_attempt_takes_as_long_as_the_call()
    {
        _sender.Setup(sender => sender.SendAsync(It.IsAny<WebhookRequest>(), default)).ReturnsAsync(() =>
        {
            Clock.Advance(TimeSpan.FromMilliseconds(1_234));
            return new WebhookOutcome.Refused(500);
        });
        var attempt = await AttemptAsync();
        Assert.That((attempt.Duration, attempt.At, attempt.Error), Is.EqualTo((TimeSpan.FromMilliseconds(1_234), Clock.GetUtcNow(), DeliveryError.Status)));
    }

    [Test]
    public async Task After_the_last_attempt_it_has_failed()
    {
        Answer(new WebhookOutcome.Refused(500));
        var attempt = await AttemptAsync(_entry with { Attempts = RetrySchedule.MaxAttempts - 1 });
        Assert.That((attempt.State, attempt.Attempts, attempt.NextAt), Is.EqualTo((DeliveryState.Failed, RetrySchedule.MaxAttempts, (DateTimeOffset?)null)));
    }

    [Test]
    public async Task An_entry_of_a_journey_that_tells_nobody_any_more_is_not_sent()
    {
        Find(null);
        Assert.That(await AttemptAsync(), Is.EqualTo(new Attempt(_entry, DeliveryState.None, _entry.Attempts, At: null, NextAt: null, Status: null)));
        _sender.VerifyNoOtherCalls();
    }

    [Test]
    public async Task An_event_that_is_no_longer_kept_cannot_be_told_of()
    {
        Find(new Webhook(JourneyName.Parse("Thanks"), Target, Clock.GetUtcNow(), null));
        Assert.That((await AttemptAsync()).State, Is.EqualTo(DeliveryState.Failed));
        _sender.VerifyNoOtherCalls();
    }

    private void Find(Webhook? webhook) => _deliveries.Setup(d => d.FindWebhookAsync(It.IsAny<DueEntry>(), default)).ReturnsAsync(webhook);

    private void Answer(WebhookOutcome outcome) => _sender.Setup(sender => sender.SendAsync(It.IsAny<WebhookRequest>(), default)).ReturnsAsync(outcome);

    private Task<Attempt> AttemptAsync(DueEntry? entry = null) =>
        new EntryDelivery(
            _deliveries.Object, _body.Object, _sender.Object, Meters.Factory, Clock, new RandomSource(1), NullLogger<EntryDelivery>.Instance)
            .AttemptAsync(entry ?? _entry, default);
}
