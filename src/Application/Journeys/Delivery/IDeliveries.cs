using Flownally.Application.Events;
using Flownally.Domain.Contacts;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys.Delivery;

/// <summary>The stored state of webhooks, of all tenants: what is due, and what became of it.</summary>
public interface IDeliveries
{
    /// <summary>What the webhook of an entry says, and where it goes; null where none is to be sent any more.</summary>
    Task<Webhook?> FindWebhookAsync(DueEntry entry, CancellationToken cancellationToken);

    /// <summary>
    /// Entries whose time has come, the earliest of each journey, without those that are <paramref name="known"/>: first attempts,
    /// then retries. Of one tenant, <see cref="DeliveryLimits.MostJourneysInALook"/> journeys are looked at. They share
    /// <see cref="DeliveryLimits.MostOfTenant"/> first attempts, one at least of each, and have half as many retries.
    /// </summary>
    /// <param name="after">Behind which journey of a tenant to go on; absent for the first.</param>
    Task<DueEntries> FindDueAsync(IReadOnlyCollection<JourneyEntryId> known, IReadOnlyDictionary<TenantId, JourneyId> after,
        CancellationToken cancellationToken);

    /// <summary>Writes what became of entries, and keeps the attempts that were made. To write one again changes nothing.</summary>
    Task SaveAsync(IReadOnlyList<Attempt> attempts, CancellationToken cancellationToken);
}

/// <param name="Entries">First attempts before retries, and of each the earliest first.</param>
/// <param name="Journeys">All that were looked at, by tenant and id; also those without an entry that is due.</param>
public sealed record DueEntries(IReadOnlyList<DueEntry> Entries, IReadOnlyList<DueJourney> Journeys);

/// <param name="Limit">How many first attempts it could have; where it has as many, there may be more.</param>
public readonly record struct DueJourney(TenantId TenantId, JourneyId Id, int Limit);

/// <summary>An entry that has a webhook to send.</summary>
/// <param name="Attempts">How many attempts were made since the last redelivery was asked for.</param>
/// <param name="Redeliveries">How many times a redelivery was asked for.</param>
public sealed record DueEntry(TenantId TenantId, JourneyId JourneyId, JourneyEntryId Id, ContactId ContactId, int Attempts,
    int Redeliveries = 0)
{
    /// <summary>Whether the next attempt is the first one. All others are retries, also those of a redelivery.</summary>
    public bool IsFirst => Attempts == 0 && Redeliveries == 0;
}

/// <summary>What the webhook of an entry is made of.</summary>
/// <param name="Event">Null where it is no longer kept.</param>
public sealed record Webhook(JourneyName JourneyName, JourneyTarget Target, DateTimeOffset EnteredAt, EventResponse? Event);

/// <summary>What became of an entry's webhook, by an attempt or without one.</summary>
/// <param name="At">When the attempt ended; null where none was made.</param>
/// <param name="Status">The HTTP status of the answer; null where there was none.</param>
/// <param name="Error">Why it failed; null where it did not, and where none was made.</param>
/// <param name="Duration">How long it took; zero where none was made.</param>
public sealed record Attempt(DueEntry Entry, DeliveryState State, int Attempts, DateTimeOffset? At, DateTimeOffset? NextAt, int? Status,
    DeliveryError? Error = null, TimeSpan Duration = default);
