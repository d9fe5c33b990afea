using Flownally.Domain;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Tells a journey's target of an entry anew, whatever became of the delivery before.</summary>
public sealed record RedeliverJourneyEntry(TenantId TenantId, JourneyId Id, JourneyEntryId EntryId) : IRequest<Result<JourneyEntryResponse>>;

internal sealed class RedeliverJourneyEntryHandler(IJourneyRepository journeys, TimeProvider clock)
    : IRequestHandler<RedeliverJourneyEntry, Result<JourneyEntryResponse>>
{
    public async Task<Result<JourneyEntryResponse>> Handle(RedeliverJourneyEntry request, CancellationToken cancellationToken)
    {
        await using var locked = await journeys.LockAsync(request.TenantId, request.Id, cancellationToken);
        if (locked is null)
        {
            return new JourneyNotFound(request.Id.ToString());
        }

        if (locked.Journey.Target is null)
        {
            return new JourneyTargetMissing(request.Id);
        }

        if (await locked.RedeliverAsync(request.EntryId, Microseconds.Truncate(clock.GetUtcNow()), cancellationToken) is not { } entry)
        {
            return new JourneyEntryNotFound(request.EntryId.ToString());
        }

        await locked.CommitAsync(cancellationToken);
        return entry;
    }
}
