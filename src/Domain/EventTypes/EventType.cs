using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;

namespace Flownally.Domain.EventTypes;

/// <summary>An entry of a tenant's catalog: the name of a kind of event, and the schema of its payloads. Immutable.</summary>
public sealed class EventType
{
    public const int MaxDescriptionLength = 1_000;

    /// <summary>The types that every tenant has from its creation, without a schema.</summary>
    public static readonly IReadOnlyList<(EventTypeName Name, string Description)> Predefined =
    [
        (EventTypeName.Parse("signup.completed"), "A contact finished signing up."),
        (EventTypeName.Parse("purchase.completed"), "A contact bought something."),
        (EventTypeName.Parse("plan.changed"), "A contact moved to another plan."),
        (EventTypeName.Parse("subscription.canceled"), "A contact ended a subscription."),
        (EventTypeName.Parse("form.submitted"), "A contact sent a form."),
    ];

    public required EventTypeId Id { get; init; }

    public required TenantId TenantId { get; init; }

    public required EventTypeName Name { get; init; }

    /// <summary>At most <see cref="MaxDescriptionLength"/> characters.</summary>
    public string? Description { get; init; }

    /// <summary>The schema that payloads must fit; null accepts any payload.</summary>
    public PayloadSchema? PayloadSchema { get; init; }

    /// <summary>Whether the type is one of <see cref="Predefined"/>, which cannot be deleted, renamed or given a schema.</summary>
    public bool IsPredefined { get; init; }

    /// <summary>Starts at 1 and grows by one when the schema becomes another JSON value.</summary>
    public int SchemaVersion { get; init; } = 1;

    /// <summary>Starts at 1 and grows by one with every change. Recording compares it to detect a change of the type.</summary>
    public int Revision { get; init; } = 1;

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>Creates an event of this type if the payload fits the schema.</summary>
    /// <param name="occurredAt">Null means <paramref name="now"/>.</param>
    /// <param name="work">The work budget of the payload check.</param>
    /// <param name="suppressJourneys">True if no journey may react to the event.</param>
    /// <returns>The event, or <see cref="PayloadInvalid"/> with all faults.</returns>
    public Result<Event> Record(EventId id, ContactId contact, Payload payload, DateTimeOffset? occurredAt,
        IdempotencyKey? key, DateTimeOffset now, Work work, bool suppressJourneys = false)
    {
        if (PayloadSchema?.Check(payload.Json, work) is { Fits: false } verdict)
        {
            return new PayloadInvalid(this, verdict.Faults);
        }

        var instant = occurredAt is null ? (DateTimeOffset?)null : Microseconds.Truncate(occurredAt.Value);
        var createdAt = Microseconds.Truncate(now);
        return new Event
        {
            Id = id,
            TenantId = TenantId,
            ContactId = contact,
            Type = this,
            Payload = payload,
            IdempotencyKey = key,
            Fingerprint = key is null ? null : Fingerprint.Of(contact, Id, payload, instant),
            OccurredAt = instant ?? createdAt,
            CreatedAt = createdAt,
            SuppressJourneys = suppressJourneys,
        };
    }

    /// <summary>Applies a change. The caller checks that the stored events fit the new schema.</summary>
    /// <returns>
    /// The changed type, this instance if nothing changes, or <see cref="EventTypePredefined"/>. If the new schema
    /// equals the old one as a JSON value, the type keeps the old text and version.
    /// </returns>
    public Result<EventType> Change(EventTypeChange change, DateTimeOffset now)
    {
        var name = change.Name ?? Name;
        var description = change.Description.Or(Description);
        var schema = change.PayloadSchema.Or(PayloadSchema);
        var isSameSchema = schema is null ? PayloadSchema is null : schema.IsSameAs(PayloadSchema);
        if (IsPredefined && (name != Name || !isSameSchema))
        {
            return new EventTypePredefined(Name, "renamed or given a schema");
        }

        if (name == Name && description == Description && isSameSchema)
        {
            return this;
        }

        return new EventType
        {
            Id = Id,
            TenantId = TenantId,
            Name = name,
            Description = description,
            PayloadSchema = isSameSchema ? PayloadSchema : schema,
            IsPredefined = IsPredefined,
            SchemaVersion = isSameSchema ? SchemaVersion : SchemaVersion + 1,
            Revision = Revision + 1,
            CreatedAt = CreatedAt,
            UpdatedAt = Microseconds.Truncate(now),
        };
    }

    /// <summary>The reason why the type may not be deleted, or null. The caller checks that no event or journey uses the type.</summary>
    public EventTypePredefined? DeletionRefusal => IsPredefined ? new EventTypePredefined(Name, "deleted") : null;
}
