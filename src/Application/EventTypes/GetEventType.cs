using AutoMapper;
using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using MediatR;

namespace Flownally.Application.EventTypes;

/// <summary>Reads one type of the catalog.</summary>
[Requires(Scopes.EventTypeRead)]
public sealed record GetEventType(Caller Caller, EventTypeId Id) : TenantRequest(Caller), IRequest<Result<EventTypeRevision>>;

internal sealed class GetEventTypeHandler(IEventTypeRepository types, IMapper mapper)
    : IRequestHandler<GetEventType, Result<EventTypeRevision>>
{
    public async Task<Result<EventTypeRevision>> Handle(GetEventType request, CancellationToken cancellationToken) =>
        await types.FindAsync(request.TenantId, request.Id, cancellationToken) is { } type
            ? new EventTypeRevision(mapper.Map<EventTypeResponse>(type), type.Revision)
            : new EventTypeNotFound(request.Id.ToString());
}
