using Flownally.Application.Feed;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;

namespace Flownally.Application.EventTypes;

/// <summary>The payloads that were accepted under a type.</summary>
public interface IStoredPayloads
{
    /// <summary>
    /// Reads what was recorded from one horizon to the present one, in constant memory. Holds no lock and writes nothing,
    /// so that neither recording nor the feed waits for it.
    /// </summary>
    /// <returns>The present horizon. What stands at or behind it was not visited.</returns>
    Task<FeedHorizon> ScanAsync(TenantId tenant, EventTypeId type, FeedHorizon since, Action<StoredPayload> visit,
        CancellationToken cancellationToken);
}
