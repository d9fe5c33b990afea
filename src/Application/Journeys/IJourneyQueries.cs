using Flownally.Domain;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys;

/// <summary>Queries of journeys. The rows are responses, and none contains a secret.</summary>
public interface IJourneyQueries
{
    /// <returns>Null if the journey does not exist or is deleted.</returns>
    Task<JourneyRevision?> FindAsync(TenantId tenant, JourneyId id, CancellationToken cancellationToken);

    /// <summary>Lists a tenant's journeys by id, descending, without the deleted ones.</summary>
    /// <param name="before">The last journey of the previous page; null for the first page.</param>
    Task<JourneyRows> ListAsync(TenantId tenant, JourneyId? before, int limit, CancellationToken cancellationToken);

    /// <summary>Lists a journey's entries by id, descending, also those of a deleted journey.</summary>
    /// <param name="before">The last entry of the previous page; null for the first page.</param>
    /// <returns>Null if the journey never existed.</returns>
    Task<JourneyEntryRows?> ListEntriesAsync(TenantId tenant, JourneyId id, EntryFilter filter, JourneyEntryId? before, int limit,
        CancellationToken cancellationToken);

    /// <summary>Lists the delivery attempts of an entry, latest first, also those of a deleted journey.</summary>
    /// <param name="before">The time of the last attempt of the previous page; null for the first page.</param>
    /// <returns>The attempts, or <see cref="JourneyNotFound"/> or <see cref="JourneyEntryNotFound"/>.</returns>
    Task<Result<AttemptRows>> ListAttemptsAsync(TenantId tenant, JourneyId id, JourneyEntryId entry, DateTimeOffset? before, int limit,
        CancellationToken cancellationToken);
}

/// <summary>Selects entries of a journey. Null members select all.</summary>
/// <param name="EnteredFrom">Only entries at this time or later.</param>
/// <param name="EnteredTo">Only entries before this time.</param>
public readonly record struct EntryFilter(
    DeliveryState? State = null, DateTimeOffset? EnteredFrom = null, DateTimeOffset? EnteredTo = null);

/// <param name="TotalSize">The number of journeys on all pages.</param>
public sealed record JourneyRows(IReadOnlyList<JourneyResponse> Journeys, long TotalSize);

/// <param name="TotalSize">The number of matching entries on all pages.</param>
public sealed record JourneyEntryRows(IReadOnlyList<JourneyEntryResponse> Entries, long TotalSize);

/// <param name="TotalSize">The number of attempts on all pages.</param>
public sealed record AttemptRows(IReadOnlyList<JourneyEntryAttemptResponse> Attempts, long TotalSize);
