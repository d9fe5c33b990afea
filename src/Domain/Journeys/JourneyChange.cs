using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Journeys;

/// <summary>What is to become of a journey. What is absent stays as it is.</summary>
/// <param name="Name">The new name; null leaves the old one, because a journey always has one.</param>
/// <param name="EntryMode">The new mode; null leaves the old one.</param>
public sealed record JourneyChange(JourneyName? Name = null, EntryMode? EntryMode = null, Optional<TriggerConfigChange> TriggerConfig = default,
    Optional<TargetChange> Target = default)
{
    /// <summary>What is missing where a journey gets its first trigger or target, or another URL.</summary>
    internal IEnumerable<FieldViolation> MissingFor(Journey journey)
    {
        if (journey.TriggerConfig is null && TriggerConfig.Value is { EventTypeId: null })
        {
            yield return new FieldViolation("/triggerConfig/eventTypeId", "required", "The journey has no trigger yet; a new one names its event type.");
        }

        if (journey.Target is null && Target.Value is { Url: null })
        {
            yield return new FieldViolation("/target/url", "required", "The journey has no target yet; a new one has a URL.");
        }

        if (journey.Target is null && Target.Value is { Secret: null })
        {
            yield return new FieldViolation("/target/secret", "required", "The journey has no target yet; a new one has a secret.");
        }

        // Else who may change the journey, and does not know the secret, could have webhooks that are signed with it sent to himself.
        if (journey.Target is { } target && Target.Value is { Url: { } url, Secret: null } && url != target.Url)
        {
            yield return new FieldViolation("/target/secret", "required", "Another URL needs a secret with it, the same or a new one.");
        }
    }
}

/// <param name="EventTypeId">Null leaves the old one.</param>
public sealed record TriggerConfigChange(EventTypeId? EventTypeId = null, Optional<PayloadSchema> PayloadFilter = default)
{
    /// <summary>A filter that is the same JSON value keeps its text.</summary>
    internal TriggerConfig ApplyTo(TriggerConfig? current)
    {
        var filter = PayloadFilter.Or(current?.PayloadFilter);
        var stays = filter?.IsSameAs(current?.PayloadFilter) == true;
        return new TriggerConfig(EventTypeId ?? current!.EventTypeId, stays ? current!.PayloadFilter : filter);
    }
}

/// <param name="Url">Null leaves the old one. Another one needs a secret.</param>
/// <param name="Secret">Null leaves the old one. One that is given counts as new even if it is the same, so that no answer tells of it.</param>
public sealed record TargetChange(TargetUrl? Url = null, WebhookSecret? Secret = null)
{
    internal JourneyTarget ApplyTo(JourneyTarget? current) => new(Url ?? current!.Url, Secret ?? current!.Secret);
}
