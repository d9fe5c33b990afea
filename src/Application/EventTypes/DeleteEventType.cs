using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using MediatR;

namespace Flownally.Application.EventTypes;

/// <summary>Deletes an event type that no event and no journey uses. Predefined types cannot be deleted.</summary>
/// <param name="IfMatch">The accepted revisions; null accepts any revision.</param>
[Requires(Scopes.EventTypeDelete)]
public sealed record DeleteEventType(Caller Caller, EventTypeId Id, IReadOnlyCollection<int>? IfMatch = null)
    : TenantRequest(Caller), IRequest<Result<EventTypeId>>;

internal sealed class DeleteEventTypeHandler(IEventTypeRepository types) : IRequestHandler<DeleteEventType, Result<EventTypeId>>
{
    public async Task<Result<EventTypeId>> Handle(DeleteEventType request, CancellationToken cancellationToken)
    {
        await using var locked = await types.LockAsync(request.TenantId, request.Id, cancellationToken);
        if (locked is null)
        {
            return new EventTypeNotFound(request.Id.ToString());
        }

        if (request.IfMatch?.Contains(locked.Type.Revision) == false)
        {
            return new PreconditionFailed();
        }

        if (locked.Type.DeletionRefusal is { } refusal)
        {
            return refusal;
        }

        if (await locked.HasEventsAsync(cancellationToken))
        {
            return new EventTypeInUse(locked.Type.Name, "recorded events");
        }

        if (await locked.HasJourneysAsync(cancellationToken))
        {
            return new EventTypeInUse(locked.Type.Name, "journeys");
        }

        await locked.DeleteAsync(cancellationToken);
        await locked.CommitAsync(cancellationToken);
        return request.Id;
    }
}
