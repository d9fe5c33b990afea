using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class RedeliverJourneyEntryTests
{
    private static readonly JourneyEntryId Entry = new(Guid.AllBitsSet);

    private readonly FakeTimeProvider _clock = new(Journeys.Created.AddDays(1));

    [TestCase(JourneyStatus.Active)]
    [TestCase(JourneyStatus.Paused)]
    public async Task An_entry_is_due_at_once(JourneyStatus status)
    {
        var journeys = new Journeys(Journeys.Journey(status));
        var entry = new JourneyEntryResponse { Delivery = new DeliveryResponse() };
        journeys.Locked.Setup(locked => locked.RedeliverAsync(Entry, _clock.GetUtcNow(), default)).ReturnsAsync(entry);
        Assert.That((await RedeliverAsync(journeys)).Value, Is.SameAs(entry));
        journeys.Locked.Verify(locked => locked.CommitAsync(default), Times.Once);
    }

    [Test]
    public async Task An_entry_that_is_not_there_is_not_found()
    {
        var journeys = new Journeys(Journeys.Journey());
        Assert.That((await RedeliverAsync(journeys)).Error, Is.TypeOf<JourneyEntryNotFound>());
        journeys.VerifyUntouched();
    }

    [Test]
    public async Task Without_a_target_there_is_nowhere_to_deliver_to()
    {
        var journeys = new Journeys(Journeys.Journey(targeted: false));
        Assert.That((await RedeliverAsync(journeys)).Error, Is.TypeOf<JourneyTargetMissing>());
        journeys.VerifyUntouched();
    }

    [Test]
    public async Task A_journey_that_is_not_there_is_not_found()
    {
        var handler = new RedeliverJourneyEntryHandler(Mock.Of<IJourneyRepository>(), _clock);
        Assert.That((await handler.Handle(new RedeliverJourneyEntry(Callers.Operator, default, Entry), default)).Error, Is.TypeOf<JourneyNotFound>());
    }

    private Task<Result<JourneyEntryResponse>> RedeliverAsync(Journeys journeys) =>
        new RedeliverJourneyEntryHandler(journeys.Repository.Object, _clock).Handle(new RedeliverJourneyEntry(Callers.Operator, journeys.Id, Entry), default);
}
