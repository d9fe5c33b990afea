using AutoMapper;
using Flownally.Application.Authorization;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using FluentValidation;
using MediatR;

namespace Flownally.Application.Journeys;

/// <summary>Creates a journey as a draft. It does not react to events until it is activated.</summary>
[Requires(Scopes.JourneyCreate)]
public sealed record CreateJourney(Caller Caller, JourneyName Name, EntryMode EntryMode = EntryMode.Once,
    TriggerConfig? TriggerConfig = null, JourneyTarget? Target = null) : TenantRequest(Caller), IRequest<Result<JourneyRevision>>;

internal sealed class CreateJourneyValidator : AbstractValidator<CreateJourney>
{
    public CreateJourneyValidator(ITargetGate gate) =>
        RuleFor(command => command.Target == null ? (TargetUrl?)null : command.Target.Url).Target(gate);
}

internal sealed class CreateJourneyHandler(IJourneyRepository journeys, IdGenerator ids, TimeProvider clock, IMapper mapper)
    : IRequestHandler<CreateJourney, Result<JourneyRevision>>
{
    public async Task<Result<JourneyRevision>> Handle(CreateJourney request, CancellationToken cancellationToken)
    {
        var now = Microseconds.Truncate(clock.GetUtcNow());
        var journey = new Journey
        {
            Id = new JourneyId(ids.Next()),
            TenantId = request.TenantId,
            Name = request.Name,
            EntryMode = request.EntryMode,
            TriggerConfig = request.TriggerConfig,
            Target = request.Target,
            CreatedAt = now,
            UpdatedAt = now,
        };
        return await journeys.AddAsync(journey, request.Caller.Limits[TenantLimit.Journeys], cancellationToken) is { } refusal
            ? refusal
            : new JourneyRevision(mapper.Map<JourneyResponse>(journey), journey.Revision);
    }
}
