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

/// <summary>
/// A place in the feed's order of transactions: everything before it had ended when it was taken. What is recorded
/// later stands at or behind it.
/// </summary>
public readonly record struct FeedHorizon(long TransactionId)
{
    public static readonly FeedHorizon Beginning = new(0);
}
