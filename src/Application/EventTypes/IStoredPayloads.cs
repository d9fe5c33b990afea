using Flownally.Application.Feed;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;

namespace Flownally.Application.EventTypes;

/// <summary>The payloads of the stored events of a type.</summary>
public interface IStoredPayloads
{
    /// <summary>
    /// Reads the payloads recorded from one horizon to the present one, in constant memory. The scan holds no lock and writes nothing,
    /// so neither recording nor the feed waits for it.
    /// </summary>
    /// <returns>The present horizon. Events at or after it were not visited.</returns>
    Task<FeedHorizon> ScanAsync(TenantId tenant, EventTypeId type, FeedHorizon since, Action<StoredPayload> visit,
        CancellationToken cancellationToken);
}
