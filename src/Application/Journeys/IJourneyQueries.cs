using Flownally.Domain;
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
    Task<JourneyEntryRows?> ListEntriesAsync(TenantId tenant, JourneyId id, EntryFilter filter, JourneyEntryId? before, int limit,
        CancellationToken cancellationToken);

    /// <summary>The attempts to tell the target of an entry, latest first. They stay when the journey is deleted.</summary>
    /// <param name="before">Where to go on; null for the beginning.</param>
    /// <returns>The attempts, or <see cref="JourneyNotFound"/> or <see cref="JourneyEntryNotFound"/>.</returns>
    Task<Result<AttemptRows>> ListAttemptsAsync(TenantId tenant, JourneyId id, JourneyEntryId entry, DateTimeOffset? before, int limit,
        CancellationToken cancellationToken);
}

/// <summary>Which entries of a journey are asked for. What is null asks for all.</summary>
/// <param name="EnteredFrom">Those that entered then or later.</param>
/// <param name="EnteredTo">Those that entered before.</param>
public readonly record struct EntryFilter(
    DeliveryState? State = null, DateTimeOffset? EnteredFrom = null, DateTimeOffset? EnteredTo = null);

/// <param name="Journeys">At most as many as were asked for.</param>
/// <param name="TotalSize">All that the tenant has, wherever the reading began.</param>
public sealed record JourneyRows(IReadOnlyList<JourneyResponse> Journeys, long TotalSize);

/// <param name="Entries">At most as many as were asked for.</param>
/// <param name="TotalSize">All that the journey has and the filter lets pass, wherever the reading began.</param>
public sealed record JourneyEntryRows(IReadOnlyList<JourneyEntryResponse> Entries, long TotalSize);

/// <param name="Attempts">At most as many as were asked for.</param>
/// <param name="TotalSize">All that are kept, wherever the reading began.</param>
public sealed record AttemptRows(IReadOnlyList<JourneyEntryAttemptResponse> Attempts, long TotalSize);
