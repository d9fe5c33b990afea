using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Moq;

namespace Flownally.Application.Tests.Journeys;

public sealed class CreateJourneyTests
{
    private static readonly CreateJourney Command = new(Callers.Operator, JourneyName.Parse("Thanks"), EntryMode.EveryTime, Journeys.Trigger, Journeys.Target);

    [Test]
    public async Task A_new_journey_is_a_draft_at_revision_1()
    {
        var journeys = new Mock<IJourneyRepository>();
        var (journey, revision) = (await SendAsync(journeys.Object, Command)).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((journey.Status, journey.EntryMode, revision), Is.EqualTo((JourneyStatus.Draft, EntryMode.EveryTime, 1)));
            Assert.That(journey.TriggerConfig!.EventTypeId, Is.EqualTo(Journeys.Trigger.EventTypeId));
            Assert.That(journey.TriggerConfig.PayloadFilter.ToString(), Is.EqualTo("""{"required":["total"]}"""));
            Assert.That(journey.Target!.Url, Is.EqualTo(Journeys.Target.Url));
        }

        journeys.Verify(j => j.AddAsync(It.Is<Journey>(added => added.Id == journey.Id && added.Target == Journeys.Target), null, default));
    }

    [Test]
    public async Task A_journey_can_be_begun_with_a_name_alone()
    {
        var journey = (await SendAsync(Mock.Of<IJourneyRepository>(), new CreateJourney(Callers.Operator, Command.Name))).Value.Journey;
        Assert.That((journey.EntryMode, journey.TriggerConfig, journey.Target), Is.EqualTo((EntryMode.Once, (TriggerConfigResponse?)null, (JourneyTargetResponse?)null)));
    }

    [Test]
    public async Task A_type_that_is_unknown_is_refused()
    {
        var unknown = new EventTypeUnknown("/triggerConfig/eventTypeId");
        var journeys = new Mock<IJourneyRepository>();
        journeys.Setup(j => j.AddAsync(It.IsAny<Journey>(), null, default)).ReturnsAsync(unknown);
        Assert.That((await SendAsync(journeys.Object, Command)).Error, Is.SameAs(unknown));
    }

    [Test]
    public async Task One_too_many_is_refused()
    {
        var reached = new LimitReached("journeys", 2);
        var journeys = new Mock<IJourneyRepository>();
        journeys.Setup(j => j.AddAsync(It.IsAny<Journey>(), 2, default)).ReturnsAsync(reached);
        Assert.That((await SendAsync(journeys.Object, Command with { Caller = Callers.Limited(TenantLimit.Journeys, 2) })).Error, Is.SameAs(reached));
    }

    [TestCase(true)]
    [TestCase(false, "/target/url")]
    public void A_target_that_would_never_be_called_is_refused(bool allowed, params string[] fields) =>
        Assert.That(new CreateJourneyValidator(Journeys.Gate(allowed)).Validate(Command).Errors.Select(fault => fault.PropertyName), Is.EqualTo(fields));

    [Test]
    public void Without_a_target_there_is_nothing_to_refuse() =>
        Assert.That(new CreateJourneyValidator(Journeys.Gate(false)).Validate(Command with { Target = null }).IsValid);

    private static Task<Result<JourneyRevision>> SendAsync(IJourneyRepository journeys, CreateJourney command) =>
        new CreateJourneyHandler(journeys, new IdGenerator(TimeProvider.System), TimeProvider.System, Mapping.Mapper).Handle(command, default);
}
