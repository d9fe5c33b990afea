using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Journeys;

/// <summary>Reads of journeys, straight into what callers see. None reads a secret.</summary>
public interface IJourneyQueries
{
    /// <returns>Null where there is no such journey, or it is deleted.</returns>
    Task<JourneyRevision?> FindAsync(TenantId tenant, JourneyId id, CancellationToken cancellationToken);

    /// <summary>A tenant's journeys by id, descending, without those that are deleted.</summary>
    /// <param name="before">Where to go on; null for the beginning.</param>
    Task<JourneyRows> ListAsync(TenantId tenant, JourneyId? before, int limit, CancellationToken cancellationToken);

    /// <summary>A journey's entries by id, descending. They stay when the journey is deleted.</summary>
    /// <param name="before">Where to go on; null for the beginning.</param>
    /// <returns>Null where there never was such a journey.</returns>
    Task<JourneyEntryRows?> ListEntriesAsync(TenantId tenant, JourneyId id, JourneyEntryId? before, int limit, CancellationToken cancellationToken);
}

/// <param name="Journeys">At most as many as were asked for.</param>
/// <param name="TotalSize">All that the tenant has, wherever the reading began.</param>
public sealed record JourneyRows(IReadOnlyList<JourneyResponse> Journeys, long TotalSize);

/// <param name="Entries">At most as many as were asked for.</param>
/// <param name="TotalSize">All that the journey has, wherever the reading began.</param>
public sealed record JourneyEntryRows(IReadOnlyList<JourneyEntryResponse> Entries, long TotalSize);
