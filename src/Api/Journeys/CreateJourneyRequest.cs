using Flownally.Application.Journeys;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Domain.Schemas;

namespace Flownally.Api.Journeys;

/// <summary>A new journey, which starts as a draft.</summary>
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
    /// <summary>A name for people; it need not be unique.</summary>
    public required JourneyName Name { get; init; }

    /// <summary>`once` (default): a contact enters with its first matching event only. `everyTime`: with every matching event.</summary>
    public EntryMode EntryMode { get; init; } = EntryMode.Once;

    /// <summary>The events that the journey reacts to. It can be set later, but before the journey is activated.</summary>
    public CreateTriggerConfig? TriggerConfig { get; init; }

    /// <summary>The receiver of webhooks about entries; without it no webhook is sent.</summary>
    public CreateJourneyTarget? Target { get; init; }

    public CreateJourney ToCommand(Caller caller) => new(caller, Name, EntryMode, TriggerConfig?.ToTriggerConfig(), Target?.ToTarget());
}

/// <summary>The events that a journey reacts to.</summary>
public sealed class CreateTriggerConfig
{
    public required EventTypeId EventTypeId { get; init; }

    /// <summary>
    /// A JSON Schema (2020-12, or draft-04 to 2019-09 by its `$schema`) that payloads must fit; without it the journey reacts to any
    /// payload.
    /// </summary>
    public PayloadSchema? PayloadFilter { get; init; }

    public TriggerConfig ToTriggerConfig() => new(EventTypeId, PayloadFilter);
}

/// <summary>The receiver of a journey's webhooks.</summary>
public sealed class CreateJourneyTarget
{
    /// <summary>An http or https URL on the public internet.</summary>
    public required TargetUrl Url { get; init; }

    /// <summary>
    /// The secret that signs webhooks (Standard Webhooks): `whsec_` and 24 to 64 bytes in base64. No response contains it.
    /// </summary>
    public required WebhookSecret Secret { get; init; }

    public JourneyTarget ToTarget() => new(Url, Secret);
}
