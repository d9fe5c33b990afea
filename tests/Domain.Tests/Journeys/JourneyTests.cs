using System.Text.Json;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;

namespace Flownally.Domain.Tests.Journeys;

public sealed class JourneyTests
{
    private static readonly DateTimeOffset Created = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);
    private static readonly DateTimeOffset Later = Created.AddHours(1);

    private static readonly EventTypeId Type = new(Guid.AllBitsSet);
    private static readonly TriggerConfig Trigger = new(Type, Schema("""{"required":["total"],"minProperties":1}"""));
    private static readonly JourneyTarget Target = new(TargetUrl.Parse("https://shop.example/"), WebhookSecret.Parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"));

    [Test]
    public void A_new_journey_is_a_draft_that_contacts_enter_once()
    {
        var journey = new Journey { Id = default, TenantId = default, Name = JourneyName.Parse("Thanks"), CreatedAt = Created, UpdatedAt = Created };
        Assert.That((journey.Status, journey.EntryMode, journey.Revision, journey.Activation), Is.EqualTo((JourneyStatus.Draft, EntryMode.Once, 1, (JourneyActivation?)null)));
    }

    [TestCase(JourneyStatus.Draft)]
    [TestCase(JourneyStatus.Paused)]
    public void Activating_lets_it_react_as_it_says(JourneyStatus before)
    {
        var active = Journey(before).Activate(Later).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((active.Status, active.Revision, active.UpdatedAt, active.CreatedAt), Is.EqualTo((JourneyStatus.Active, 8, Later, Created)));
            Assert.That(active.Activation, Is.EqualTo(new JourneyActivation(Trigger, EntryMode.EveryTime)));
            Assert.That((active.Name, active.TriggerConfig, active.Target), Is.EqualTo((Journey(before).Name, Trigger, Target)));
        }
    }

    [Test]
    public void Activating_an_active_journey_changes_nothing()
    {
        var journey = Journey(JourneyStatus.Active);
        Assert.That(journey.Activate(Later).Value, Is.SameAs(journey));
    }

    [TestCase(JourneyStatus.Draft)]
    [TestCase(JourneyStatus.Paused)]
    public void A_journey_without_a_trigger_cannot_be_activated(JourneyStatus status) =>
        Assert.That(Journey(status, trigger: null).Activate(Later).Error, Is.TypeOf<JourneyNotReady>());

    [Test]
    public void An_error_of_a_filter_is_forgotten_with_the_trigger_and_not_before()
    {
        var error = new FilterError(Created, default, FilterError.TooComplex);
        var journey = new Journey
        {
            Id = default,
            TenantId = default,
            Name = JourneyName.Parse("Thanks"),
            Status = JourneyStatus.Active,
            TriggerConfig = Trigger,
            LastFilterError = error,
            Revision = 3,
            CreatedAt = Created,
            UpdatedAt = Created,
        };
        var renamed = journey.Change(new JourneyChange(JourneyName.Parse("Thank you")), Later).Value;
        var filtered = renamed.Change(new JourneyChange(TriggerConfig: new TriggerConfigChange(PayloadFilter: (PayloadSchema?)null)), Later).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((renamed.LastFilterError, renamed.TriggerRevision), Is.EqualTo((error, 1)));
            Assert.That((journey.Pause(Later).LastFilterError, journey.Pause(Later).TriggerRevision), Is.EqualTo((error, 1)));
            Assert.That((filtered.LastFilterError, filtered.TriggerRevision, filtered.Revision), Is.EqualTo(((FilterError?)null, 5, 5)));
        }
    }

    [Test]
    public void Pausing_lets_events_pass()
    {
        var paused = Journey(JourneyStatus.Active).Pause(Later);
        Assert.That((paused.Status, paused.Revision, paused.UpdatedAt, paused.Activation), Is.EqualTo((JourneyStatus.Paused, 8, Later, (JourneyActivation?)null)));
    }

    [TestCase(JourneyStatus.Draft)]
    [TestCase(JourneyStatus.Paused)]
    public void Pausing_a_journey_that_is_not_active_changes_nothing(JourneyStatus status)
    {
        var journey = Journey(status);
        Assert.That(journey.Pause(Later), Is.SameAs(journey));
    }

    [Test]
    public void What_is_absent_stays()
    {
        var journey = Journey(JourneyStatus.Active);
        var renamed = Change(journey, new JourneyChange(JourneyName.Parse("Other")));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((renamed.Name.Value, renamed.Revision, renamed.UpdatedAt), Is.EqualTo(("Other", 8, Later)));
            Assert.That((renamed.Status, renamed.EntryMode, renamed.TriggerConfig, renamed.Target), Is.EqualTo((journey.Status, journey.EntryMode, journey.TriggerConfig, journey.Target)));
            Assert.That(renamed.Activation, Is.EqualTo(journey.Activation));
        }
    }

    [Test]
    public void Null_clears()
    {
        var cleared = Change(Journey(JourneyStatus.Draft), new JourneyChange(TriggerConfig: new Optional<TriggerConfigChange>(null), Target: new Optional<TargetChange>(null)));
        Assert.That((cleared.TriggerConfig, cleared.Target), Is.EqualTo(((TriggerConfig?)null, (JourneyTarget?)null)));
    }

    [Test]
    public void A_filter_can_be_changed_or_cleared_alone()
    {
        var other = Schema("""{"required":["id"]}""");
        var filtered = Change(Journey(JourneyStatus.Draft), new JourneyChange(TriggerConfig: new TriggerConfigChange(PayloadFilter: other)));
        var unfiltered = Change(Journey(JourneyStatus.Draft), new JourneyChange(TriggerConfig: new TriggerConfigChange(PayloadFilter: new Optional<PayloadSchema>(null))));
        Assert.That(filtered.TriggerConfig, Is.EqualTo(new TriggerConfig(Type, other)));
        Assert.That(unfiltered.TriggerConfig, Is.EqualTo(new TriggerConfig(Type, null)));
    }

    [Test]
    public void Another_type_keeps_the_filter()
    {
        var other = new EventTypeId(new Guid(1, 0, 0, new byte[8]));
        var changed = Change(Journey(JourneyStatus.Draft), new JourneyChange(TriggerConfig: new TriggerConfigChange(other)));
        Assert.That(changed.TriggerConfig, Is.EqualTo(Trigger with { EventTypeId = other }));
    }

    [Test]
    public void A_change_that_changes_nothing_is_none()
    {
        var journey = Journey(JourneyStatus.Active);
        var same = new JourneyChange(journey.Name, journey.EntryMode, new TriggerConfigChange(Type, Schema("""{"minProperties":1.0,"required":["total"]}""")),
            new TargetChange(Target.Url));
        Assert.That(Change(journey, same), Is.SameAs(journey));
    }

    [Test]
    public void A_secret_can_be_changed_alone_and_another_url_with_a_secret()
    {
        var url = TargetUrl.Parse("https://other.example/");
        var secret = WebhookSecret.Parse("whsec_" + Convert.ToBase64String(new byte[32]));
        Assert.That(Change(Journey(JourneyStatus.Draft), new JourneyChange(Target: new TargetChange(Secret: secret))).Target, Is.EqualTo(Target with { Secret = secret }));
        Assert.That(Change(Journey(JourneyStatus.Draft), new JourneyChange(Target: new TargetChange(url, Target.Secret))).Target, Is.EqualTo(Target with { Url = url }));
    }

    [TestCase(JourneyStatus.Draft)]
    [TestCase(JourneyStatus.Active)]
    [TestCase(JourneyStatus.Paused)]
    public void Another_url_without_a_secret_is_refused(JourneyStatus status)
    {
        var refused = Journey(status).Change(new JourneyChange(Target: new TargetChange(TargetUrl.Parse("https://other.example/"))), Later);
        Assert.That(refused.Error, Is.TypeOf<ValidationFailed>());
        Assert.That(refused.Error!.Violations.Select(fault => fault.Field), Is.EqualTo(["/target/secret"]));
    }

    [Test]
    public void A_secret_that_is_given_counts_as_new_even_if_it_is_the_same()
    {
        var again = new JourneyChange(Target: new TargetChange(Secret: WebhookSecret.Parse(Target.Secret.Reveal())));
        Assert.That(Change(Journey(JourneyStatus.Draft), again).Revision, Is.EqualTo(8));
    }

    [Test]
    public void What_a_first_trigger_and_a_first_target_lack_is_named_all_at_once()
    {
        var change = new JourneyChange(TriggerConfig: new TriggerConfigChange(PayloadFilter: Schema("{}")), Target: new TargetChange());
        var refused = Journey(JourneyStatus.Draft, trigger: null, target: null).Change(change, Later);
        Assert.That(refused.Error, Is.TypeOf<ValidationFailed>());
        Assert.That(refused.Error!.Violations.Select(fault => fault.Field), Is.EqualTo(["/triggerConfig/eventTypeId", "/target/url", "/target/secret"]));
    }

    [Test]
    public void A_first_trigger_and_a_first_target_are_taken_where_they_are_whole()
    {
        var change = new JourneyChange(TriggerConfig: new TriggerConfigChange(Type), Target: new TargetChange(Target.Url, Target.Secret));
        var whole = Change(Journey(JourneyStatus.Draft, trigger: null, target: null), change);
        Assert.That((whole.TriggerConfig, whole.Target), Is.EqualTo((new TriggerConfig(Type, null), Target)));
    }

    [TestCase(JourneyStatus.Draft, true)]
    [TestCase(JourneyStatus.Paused, true)]
    [TestCase(JourneyStatus.Active, false)]
    public void Only_an_active_journey_holds_on_to_its_trigger(JourneyStatus status, bool taken)
    {
        var result = Journey(status).Change(new JourneyChange(TriggerConfig: new Optional<TriggerConfigChange>(null)), Later);
        Assert.That(result.Error, taken ? Is.Null : Is.TypeOf<JourneyNotReady>());
    }

    [Test]
    public void An_active_journey_reacts_otherwise_after_a_change_of_trigger_or_mode_only()
    {
        var journey = Journey(JourneyStatus.Active);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(Change(journey, new JourneyChange(EntryMode: EntryMode.Once)).Activation, Is.EqualTo(new JourneyActivation(Trigger, EntryMode.Once)));
            Assert.That(Change(journey, new JourneyChange(TriggerConfig: new TriggerConfigChange(PayloadFilter: new Optional<PayloadSchema>(null)))).Activation, Is.Not.EqualTo(journey.Activation));
            Assert.That(Change(journey, new JourneyChange(Target: new Optional<TargetChange>(null))).Activation, Is.EqualTo(journey.Activation));
        }
    }

    [Test]
    public void A_target_says_nothing_of_its_secret() => Assert.That(Target.ToString(), Does.Contain("whsec_…").And.Not.Contain("MfKQ9r8G"));

    private static Journey Change(Journey journey, JourneyChange change) => journey.Change(change, Later).Value;

    private static Journey Journey(JourneyStatus status) => Journey(status, Trigger, Target);

    private static Journey Journey(JourneyStatus status, TriggerConfig? trigger) => Journey(status, trigger, Target);

    private static Journey Journey(JourneyStatus status, TriggerConfig? trigger, JourneyTarget? target) => new()
    {
        Id = default,
        TenantId = default(TenantId),
        Name = JourneyName.Parse("Thanks"),
        Status = status,
        EntryMode = EntryMode.EveryTime,
        TriggerConfig = trigger,
        Target = target,
        Revision = 7,
        CreatedAt = Created,
        UpdatedAt = Created,
    };

    private static PayloadSchema Schema(string json) => PayloadSchema.Parse(JsonElement.Parse(json)).Value;
}
