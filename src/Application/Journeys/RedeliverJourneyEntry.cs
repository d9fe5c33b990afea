using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Redelivers the webhook of an entry, whatever the state of its delivery.</summary>
[Requires(Scopes.JourneyUpdate)]
public sealed record RedeliverJourneyEntry(Caller Caller, JourneyId Id, JourneyEntryId EntryId)
    : TenantRequest(Caller), IRequest<Result<JourneyEntryResponse>>;

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
