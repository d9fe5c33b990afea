using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Events;
using MediatR;

namespace Flownally.Application.Events;

/// <summary>Reads one event.</summary>
[Requires(Scopes.EventRead)]
public sealed record GetEvent(Caller Caller, EventId Id) : TenantRequest(Caller), IRequest<Result<EventResponse>>;

internal sealed class GetEventHandler(IEventQueries events) : IRequestHandler<GetEvent, Result<EventResponse>>
{
    public async Task<Result<EventResponse>> Handle(GetEvent request, CancellationToken cancellationToken) =>
        await events.FindAsync(request.TenantId, request.Id, cancellationToken) is { } found
            ? found
            : new EventNotFound(request.Id.ToString());
}
