using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Journeys;

/// <summary>A change of a journey. Absent members keep their value.</summary>
/// <param name="Name">The new name; null keeps the old one.</param>
/// <param name="EntryMode">The new mode; null keeps the old one.</param>
public sealed record JourneyChange(JourneyName? Name = null, EntryMode? EntryMode = null,
    Optional<TriggerConfigChange> TriggerConfig = default, Optional<TargetChange> Target = default)
{
    /// <summary>The required members that the change lacks: those of a first trigger or target, and the secret of another URL.</summary>
    internal IEnumerable<FieldViolation> MissingMembers(Journey journey)
    {
        if (journey.TriggerConfig is null && TriggerConfig.Value is { EventTypeId: null })
        {
            yield return new FieldViolation("/triggerConfig/eventTypeId", "required",
                "The journey has no trigger yet, so the new trigger needs an event type.");
        }

        if (journey.Target is null && Target.Value is { Url: null })
        {
            yield return new FieldViolation("/target/url", "required", "The journey has no target yet, so the new target needs a URL.");
        }

        if (journey.Target is null && Target.Value is { Secret: null })
        {
            yield return new FieldViolation("/target/secret", "required",
                "The journey has no target yet, so the new target needs a secret.");
        }

        // Otherwise a caller who does not know the secret could receive webhooks that are signed with it.
        if (journey.Target is { } target && Target.Value is { Url: { } url, Secret: null } && url != target.Url)
        {
            yield return new FieldViolation("/target/secret", "required", "A new URL needs a secret, which may be the old one.");
        }
    }
}

/// <param name="EventTypeId">Null keeps the old one.</param>
public sealed record TriggerConfigChange(EventTypeId? EventTypeId = null, Optional<PayloadSchema> PayloadFilter = default)
{
    /// <summary>A filter that is the same JSON value keeps its text.</summary>
    internal TriggerConfig ApplyTo(TriggerConfig? current)
    {
        var filter = PayloadFilter.Or(current?.PayloadFilter);
        var isSameFilter = filter?.IsSameAs(current?.PayloadFilter) == true;
        return new TriggerConfig(EventTypeId ?? current!.EventTypeId, isSameFilter ? current!.PayloadFilter : filter);
    }
}

/// <param name="Url">Null keeps the old one. A new URL needs a secret.</param>
/// <param name="Secret">Null keeps the old one. Any value is a change, so that no response reveals the old secret.</param>
public sealed record TargetChange(TargetUrl? Url = null, WebhookSecret? Secret = null)
{
    internal JourneyTarget ApplyTo(JourneyTarget? current) => new(Url ?? current!.Url, Secret ?? current!.Secret);
}
