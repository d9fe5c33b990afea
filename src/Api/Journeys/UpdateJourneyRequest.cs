using Flownally.Api.Http.Binding;
using Flownally.Application.Journeys;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Schemas;

namespace Flownally.Api.Journeys;

/// <summary>What is to become of a journey. Absent members stay as they are.</summary>
/// <example>{ "name": "Thank for any order", "triggerConfig": { "payloadFilter": null } }</example>
public sealed class UpdateJourneyRequest
{
    /// <summary>What people call it; names need not differ.</summary>
    public JourneyName? Name { get; init; }

    /// <summary>`once`: a contact enters with the first event that matches and never again; `everyTime`: with each.</summary>
    public EntryMode? EntryMode { get; init; }

    /// <summary>Which events it reacts to; null, which an active journey refuses, leaves that open.</summary>
    public Optional<UpdateTriggerConfig> TriggerConfig { get; init; }

    /// <summary>Where webhooks tell of its entries; null lets nobody be told.</summary>
    public Optional<UpdateJourneyTarget> Target { get; init; }

    public UpdateJourney ToCommand(Caller caller, JourneyId id, IfMatch? ifMatch) => new(caller, id, new JourneyChange(Name, EntryMode,
        TriggerConfig.Then(trigger => trigger.ToChange()), Target.Then(target => target.ToChange())), ifMatch?.Revisions);
}

/// <summary>What is to become of a trigger. Absent members stay as they are.</summary>
public sealed class UpdateTriggerConfig
{
    public EventTypeId? EventTypeId { get; init; }

    /// <summary>A JSON Schema that payloads must fit; null lets any payload do.</summary>
    public Optional<PayloadSchema> PayloadFilter { get; init; }

    public TriggerConfigChange ToChange() => new(EventTypeId, PayloadFilter);
}

/// <summary>What is to become of a target. Absent members stay as they are.</summary>
public sealed class UpdateJourneyTarget
{
    /// <summary>An http or https URL on the public internet. Another URL needs the `secret` with it.</summary>
    public TargetUrl? Url { get; init; }

    /// <summary>What webhooks are signed with (Standard Webhooks): `whsec_` and 24 to 64 bytes in base64. It is never shown again.</summary>
    public WebhookSecret? Secret { get; init; }

    public TargetChange ToChange() => new(Url, Secret);
}
