using Flownally.Application.Events;
using Flownally.Domain.Contacts;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>The webhooks that are to tell of entries, of all tenants.</summary>
public interface IDeliveries
{
    /// <summary>What the webhook of an entry says, and where it goes; null where none is to be sent any more.</summary>
    Task<Webhook?> FindWebhookAsync(DueEntry entry, CancellationToken cancellationToken);

    /// <summary>
    /// Entries whose time has come, the earliest of each journey, without those that are <paramref name="known"/>: first attempts,
    /// then repeats. Of one tenant, only so many journeys are looked at: <see cref="DueLimits"/>.
    /// </summary>
    /// <param name="after">Behind which journey of a tenant to go on; absent for the first.</param>
    Task<DueEntries> FindDueAsync(IReadOnlyCollection<JourneyEntryId> known, IReadOnlyDictionary<TenantId, JourneyId> after, DueLimits limits,
        CancellationToken cancellationToken);

    /// <summary>Writes what became of entries, and keeps the attempts that were made. To write one again changes nothing.</summary>
    Task SaveAsync(IReadOnlyList<Attempt> attempts, CancellationToken cancellationToken);
}

/// <summary>Bounds what one tenant's journeys cost in one look.</summary>
/// <param name="Journeys">How many of its journeys are looked at.</param>
/// <param name="Entries">How many entries they share; each may have one at least.</param>
/// <param name="EntriesOfJourney">How many entries one journey may have for first attempts; besides, half as many for repeats.</param>
public readonly record struct DueLimits(int Journeys, int Entries, int EntriesOfJourney);

/// <param name="Entries">First attempts before repeats, and of each the earliest first.</param>
/// <param name="Journeys">All that were looked at, by tenant and id; also those without an entry that is due.</param>
public sealed record DueEntries(IReadOnlyList<DueEntry> Entries, IReadOnlyList<DueJourney> Journeys);

/// <param name="Limit">How many first attempts it could have; where it has as many, there may be more.</param>
public readonly record struct DueJourney(TenantId TenantId, JourneyId Id, int Limit);

/// <summary>An entry that a webhook is to tell of.</summary>
/// <param name="Attempts">How many were made, since somebody asked for it again.</param>
/// <param name="Redeliveries">How many times somebody has asked for it again.</param>
public sealed record DueEntry(TenantId TenantId, JourneyId JourneyId, JourneyEntryId Id, ContactId ContactId, int Attempts, int Redeliveries = 0)
{
    /// <summary>Whether the target hears of it for the first time.</summary>
    public bool IsFirst => Attempts == 0 && Redeliveries == 0;
}

/// <param name="Event">Null where it is no longer kept.</param>
public sealed record Webhook(JourneyName JourneyName, JourneyTarget Target, DateTimeOffset EnteredAt, EventResponse? Event);

/// <summary>What became of an entry's webhook.</summary>
/// <param name="At">When the attempt ended; null where none was made.</param>
/// <param name="Status">The HTTP status of the answer; null where there was none.</param>
/// <param name="Error">Why it failed; null where it did not, and where none was made.</param>
/// <param name="Duration">How long it took; zero where none was made.</param>
public sealed record Attempt(DueEntry Entry, DeliveryState State, int Attempts, DateTimeOffset? At, DateTimeOffset? NextAt, int? Status,
    DeliveryError? Error = null, TimeSpan Duration = default);
