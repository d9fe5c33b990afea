using Flownally.Application.Journeys;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Schemas;

namespace Flownally.Api.Journeys;

/// <summary>A journey to be drafted.</summary>
/// <example>
/// {
///   "name": "Thank for a large order",
///   "entryMode": "everyTime",
///   "triggerConfig": {
///     "eventTypeId": "evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS",
///     "payloadFilter": { "properties": { "total": { "minimum": 100 } }, "required": ["total"] }
///   },
///   "target": { "url": "https://shop.example/hooks/thanks", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }
/// }
/// </example>
public sealed class CreateJourneyRequest
{
    /// <summary>What people call it; names need not differ.</summary>
    public required JourneyName Name { get; init; }

    /// <summary>`once` (default): a contact enters with its first matching event only. `everyTime`: with every matching event.</summary>
    public EntryMode EntryMode { get; init; } = EntryMode.Once;

    /// <summary>Which events it reacts to; can be said later, but not after it is activated.</summary>
    public CreateTriggerConfig? TriggerConfig { get; init; }

    /// <summary>Where webhooks tell of its entries; without one nobody is told.</summary>
    public CreateJourneyTarget? Target { get; init; }

    public CreateJourney ToCommand(Caller caller) => new(caller, Name, EntryMode, TriggerConfig?.ToTriggerConfig(), Target?.ToTarget());
}

/// <summary>Which events a journey reacts to.</summary>
public sealed class CreateTriggerConfig
{
    public required EventTypeId EventTypeId { get; init; }

    /// <summary>A JSON Schema (2020-12, or draft-04 to 2019-09 by its `$schema`) that payloads must fit; absent lets any payload do.</summary>
    public PayloadSchema? PayloadFilter { get; init; }

    public TriggerConfig ToTriggerConfig() => new(EventTypeId, PayloadFilter);
}

/// <summary>Where a journey's webhooks go.</summary>
public sealed class CreateJourneyTarget
{
    /// <summary>An http or https URL on the public internet.</summary>
    public required TargetUrl Url { get; init; }

    /// <summary>What webhooks are signed with (Standard Webhooks): `whsec_` and 24 to 64 bytes in base64. It is never shown again.</summary>
    public required WebhookSecret Secret { get; init; }

    public JourneyTarget ToTarget() => new(Url, Secret);
}
