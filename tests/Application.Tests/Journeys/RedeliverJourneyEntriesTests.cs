using Flownally.Application.Journeys;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class RedeliverJourneyEntriesTests
{
    private readonly FakeTimeProvider _clock = new(Journeys.Created.AddDays(1));

    [TestCase(JourneyStatus.Active)]
    [TestCase(JourneyStatus.Paused)]
    public async Task Entries_are_due_at_once_and_a_page_leads_to_the_next_one(JourneyStatus status)
    {
        var journeys = new Journeys(Journeys.Journey(status));
        var place = new RedeliveryPosition(Journeys.Created.AddHours(3), new JourneyEntryId(Guid.AllBitsSet));
        Take(journeys, null, new RedeliveredPage(1_000, place));
        Take(journeys, place, new RedeliveredPage(7, null));
        var first = (await RedeliverAsync(journeys)).Value;
        var last = (await RedeliverAsync(journeys, first.NextPageToken)).Value;
        Assert.That((first.Redelivered, last), Is.EqualTo((1_000, new RedeliveredEntriesResponse(7, null))));
        journeys.Locked.Verify(locked => locked.CommitAsync(default), Times.Exactly(2));
    }

    [Test]
    public async Task The_order_of_the_states_and_their_repeats_do_not_make_another_walk()
    {
        var walk = Command(new Journeys(Journeys.Journey()), null).Walk;
        var journeys = new Journeys(Journeys.Journey());
        Assert.That((Command(journeys, null) with { States = [DeliveryState.Delivered, DeliveryState.Failed, DeliveryState.Delivered] }).Walk, Is.EqualTo(walk));
        Assert.That((Command(journeys, null) with { States = [DeliveryState.Failed] }).Walk, Is.Not.EqualTo(walk));
        Assert.That((Command(journeys, null) with { EnteredFrom = Journeys.Created }).Walk, Is.Not.EqualTo(walk));
        Assert.That((Command(journeys, null) with { EnteredTo = Journeys.Created }).Walk, Is.Not.EqualTo(walk));
        Take(journeys, null, new RedeliveredPage(0, null));
        Assert.That((await RedeliverAsync(journeys, PageToken.Write("another", new byte[24]))).Error, Is.TypeOf<PageTokenInvalid>());
    }

    [TestCase(23)]
    [TestCase(25)]
    public async Task A_token_that_holds_no_place_is_refused(int length)
    {
        var journeys = new Journeys(Journeys.Journey());
        Assert.That((await RedeliverAsync(journeys, PageToken.Write(Command(journeys, null).Walk, new byte[length]))).Error, Is.TypeOf<PageTokenInvalid>());
    }

    [Test]
    public async Task A_token_that_holds_no_time_is_refused()
    {
        var journeys = new Journeys(Journeys.Journey());
        byte[] place = [.. Enumerable.Repeat((byte)255, 24)];
        Assert.That((await RedeliverAsync(journeys, PageToken.Write(Command(journeys, null).Walk, place))).Error, Is.TypeOf<PageTokenInvalid>());
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
        var handler = new RedeliverJourneyEntriesHandler(Mock.Of<IJourneyRepository>(), _clock);
        Assert.That((await handler.Handle(new RedeliverJourneyEntries(Callers.Operator, default, [DeliveryState.Failed]), default)).Error, Is.TypeOf<JourneyNotFound>());
    }

    [TestCase(0, false)]
    [TestCase(1, true)]
    public void At_least_one_state_is_named(int states, bool valid) => Assert.That(new RedeliverJourneyEntriesValidator()
        .Validate(new RedeliverJourneyEntries(Callers.Operator, default, [.. Enumerable.Repeat(DeliveryState.Failed, states)])).IsValid, Is.EqualTo(valid));

    private static RedeliverJourneyEntries Command(Journeys journeys, string? token) =>
        new(Callers.Operator, journeys.Id, [DeliveryState.Failed, DeliveryState.Delivered], PageToken: token);

    private void Take(Journeys journeys, RedeliveryPosition? after, RedeliveredPage page) => journeys.Locked
        .Setup(locked => locked.RedeliverAsync(It.IsAny<RedeliverySelection>(), after, RedeliverJourneyEntries.MaxPerCall, _clock.GetUtcNow(), default))
        .ReturnsAsync(page);

    private Task<Result<RedeliveredEntriesResponse>> RedeliverAsync(Journeys journeys, string? token = null) =>
        new RedeliverJourneyEntriesHandler(journeys.Repository.Object, _clock).Handle(Command(journeys, token), default);
}
