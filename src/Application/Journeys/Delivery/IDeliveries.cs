using Flownally.Application.Events;
using Flownally.Domain.Contacts;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys.Delivery;

/// <summary>The delivery states of the entries of all tenants in the database.</summary>
public interface IDeliveries
{
    /// <summary>Finds the webhook of an entry; null if no webhook is to be sent any more.</summary>
    Task<Webhook?> FindWebhookAsync(DueEntry entry, CancellationToken cancellationToken);

    /// <summary>
    /// Finds due entries that are not <paramref name="known"/>, the earliest of each journey: first attempts, then retries. It polls
    /// <see cref="DeliveryLimits.MaxJourneysPerPoll"/> journeys of a tenant. They share <see cref="DeliveryLimits.MaxPerTenant"/> first
    /// attempts, with at least one per journey, and half as many retries.
    /// </summary>
    /// <param name="after">The journey of a tenant after which its poll starts. A tenant without one starts with its first journey.</param>
    Task<DueEntries> FindDueAsync(IReadOnlyCollection<JourneyEntryId> known, IReadOnlyDictionary<TenantId, JourneyId> after,
        CancellationToken cancellationToken);

    /// <summary>Writes delivery states and attempts. Writing an attempt again has no effect.</summary>
    Task SaveAsync(IReadOnlyList<Attempt> attempts, CancellationToken cancellationToken);
}

/// <param name="Entries">First attempts, then retries, both by due time.</param>
/// <param name="Journeys">All polled journeys by tenant and id, including those without due entries.</param>
public sealed record DueEntries(IReadOnlyList<DueEntry> Entries, IReadOnlyList<DueJourney> Journeys);

/// <param name="Limit">Limit of the journey's first attempts in the poll. If it is reached, there may be more.</param>
public readonly record struct DueJourney(TenantId TenantId, JourneyId Id, int Limit);

/// <summary>An entry with a webhook to send.</summary>
/// <param name="Attempts">The number of attempts since the last redelivery was requested.</param>
/// <param name="Redeliveries">The number of requested redeliveries.</param>
public sealed record DueEntry(TenantId TenantId, JourneyId JourneyId, JourneyEntryId Id, ContactId ContactId, int Attempts,
    int Redeliveries = 0)
{
    /// <summary>Whether the next attempt is the first one. The attempts of a redelivery count as retries.</summary>
    public bool IsFirst => Attempts == 0 && Redeliveries == 0;
}

/// <summary>The content and the receiver of an entry's webhook.</summary>
/// <param name="Event">Null if retention has deleted the event.</param>
public sealed record Webhook(JourneyName JourneyName, JourneyTarget Target, DateTimeOffset EnteredAt, EventResponse? Event);

/// <summary>The outcome of an attempt, or the outcome without an attempt.</summary>
/// <param name="At">The end of the attempt; null without an attempt.</param>
/// <param name="Status">The HTTP status of the response; null without a response.</param>
/// <param name="Error">The reason for the failure; null without a failure or an attempt.</param>
/// <param name="Duration">The duration of the attempt; zero without an attempt.</param>
public sealed record Attempt(DueEntry Entry, DeliveryState State, int Attempts, DateTimeOffset? At, DateTimeOffset? NextAt, int? Status,
    DeliveryError? Error = null, TimeSpan Duration = default);
