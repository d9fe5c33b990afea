using AutoMapper;
using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using FluentValidation;
using MediatR;

namespace Flownally.Application.EventTypes;

/// <summary>Adds an event type to the catalog of a tenant.</summary>
[Requires(Scopes.EventTypeCreate)]
public sealed record CreateEventType(Caller Caller, EventTypeName Name, string? Description = null, PayloadSchema? PayloadSchema = null)
    : TenantRequest(Caller), IRequest<Result<EventTypeRevision>>;

internal sealed class CreateEventTypeValidator : AbstractValidator<CreateEventType>
{
    public CreateEventTypeValidator() =>
        RuleFor(command => command.Description).Description();
}

internal sealed class CreateEventTypeHandler(IEventTypeRepository types, IdGenerator ids, TimeProvider clock, IMapper mapper)
    : IRequestHandler<CreateEventType, Result<EventTypeRevision>>
{
    public async Task<Result<EventTypeRevision>> Handle(CreateEventType request, CancellationToken cancellationToken)
    {
        var now = Microseconds.Truncate(clock.GetUtcNow());
        var type = new EventType
        {
            Id = new EventTypeId(ids.Next()),
            TenantId = request.TenantId,
            Name = request.Name,
            Description = request.Description,
            PayloadSchema = request.PayloadSchema,
            CreatedAt = now,
            UpdatedAt = now,
        };
        var limit = request.Caller.Limits[TenantLimit.EventTypes];
        return await types.AddAsync(type, request.Caller.KeyId, limit, cancellationToken) is { } refusal
            ? refusal
            : new EventTypeRevision(mapper.Map<EventTypeResponse>(type), type.Revision);
    }
}
