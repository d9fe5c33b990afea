using Flownally.Api.Http.Binding;
using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Schemas;

namespace Flownally.Api.Journeys;

/// <summary>Changes of a journey. Absent members do not change.</summary>
/// <example>{ "name": "Thank for any order", "triggerConfig": { "payloadFilter": null } }</example>
public sealed class UpdateJourneyRequest
{
    /// <summary>A name for people; it need not be unique.</summary>
    public JourneyName? Name { get; init; }

    /// <summary>`once`: a contact enters with its first matching event only. `everyTime`: with every matching event.</summary>
    public EntryMode? EntryMode { get; init; }

    /// <summary>The events that the journey reacts to; null clears the trigger, which is refused for an active journey.</summary>
    public Optional<UpdateTriggerConfig> TriggerConfig { get; init; }

    /// <summary>The receiver of webhooks about entries; null stops webhooks.</summary>
    public Optional<UpdateJourneyTarget> Target { get; init; }

    public UpdateJourney ToCommand(Caller caller, JourneyId id, IfMatch? ifMatch) => new(caller, id, new JourneyChange(Name, EntryMode,
        TriggerConfig.Then(trigger => trigger.ToChange()), Target.Then(target => target.ToChange())), ifMatch?.Revisions);
}

/// <summary>Changes of a trigger. Absent members do not change.</summary>
public sealed class UpdateTriggerConfig
{
    public EventTypeId? EventTypeId { get; init; }

    /// <summary>A JSON Schema that payloads must fit; null makes the journey react to any payload.</summary>
    public Optional<PayloadSchema> PayloadFilter { get; init; }

    public TriggerConfigChange ToChange() => new(EventTypeId, PayloadFilter);
}

/// <summary>Changes of a target. Absent members do not change.</summary>
public sealed class UpdateJourneyTarget
{
    /// <summary>An http or https URL on the public internet. A new URL requires the `secret`.</summary>
    public TargetUrl? Url { get; init; }

    /// <summary>
    /// The secret that signs webhooks (Standard Webhooks): `whsec_` and 24 to 64 bytes in base64. No response contains it.
    /// </summary>
    public WebhookSecret? Secret { get; init; }

    public TargetChange ToChange() => new(Url, Secret);
}
