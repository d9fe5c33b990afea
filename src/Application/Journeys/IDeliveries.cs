using Flownally.Application.Events;
using Flownally.Domain.Contacts;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys;

/// <summary>The webhooks that are to tell of entries, of all tenants.</summary>
public interface IDeliveries
{
    /// <summary>What the webhook of an entry says, and where it goes; null where none is to be sent any more.</summary>
    Task<Webhook?> FindWebhookAsync(DueEntry entry, CancellationToken cancellationToken);

    /// <summary>Entries whose time has come, the earliest of each journey, without those that are <paramref name="known"/>.</summary>
    /// <param name="limitOfEach">How many of one journey.</param>
    Task<IReadOnlyList<DueEntry>> FindDueAsync(IReadOnlyCollection<JourneyEntryId> known, int limitOfEach, CancellationToken cancellationToken);

    Task SaveAsync(IReadOnlyList<Attempt> attempts, CancellationToken cancellationToken);
}

/// <summary>An entry that a webhook is to tell of.</summary>
/// <param name="Attempts">How many were made.</param>
public sealed record DueEntry(TenantId TenantId, JourneyId JourneyId, JourneyEntryId Id, ContactId ContactId, int Attempts);

/// <param name="Event">Null where it is no longer kept.</param>
public sealed record Webhook(JourneyName JourneyName, JourneyTarget Target, DateTimeOffset EnteredAt, EventResponse? Event);

/// <summary>What became of an entry's webhook.</summary>
/// <param name="Status">The HTTP status of the answer; null where there was none.</param>
public sealed record Attempt(DueEntry Entry, DeliveryState State, int Attempts, DateTimeOffset At, DateTimeOffset? NextAt, int? Status);
