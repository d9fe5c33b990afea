using Flownally.Domain;
using Flownally.Domain.Events;
using Flownally.Domain.Tenants;
using MediatR;

namespace Flownally.Application.Events;

/// <summary>Reads one event.</summary>
public sealed record GetEvent(TenantId TenantId, EventId Id) : IRequest<Result<EventResponse>>;

internal sealed class GetEventHandler(IEventQueries events) : IRequestHandler<GetEvent, Result<EventResponse>>
{
    public async Task<Result<EventResponse>> Handle(GetEvent request, CancellationToken cancellationToken) =>
        await events.FindAsync(request.TenantId, request.Id, cancellationToken) is { } found
            ? found
            : new EventNotFound(request.Id.ToString());
}
