using Flownally.Domain;
using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using FluentValidation;
using MediatR;

namespace Flownally.Application.Tenants;

/// <summary>Creates a tenant, with the predefined event types in its catalog.</summary>
public sealed record CreateTenant(string Name) : IRequest<Result<Tenant>>;

internal sealed class CreateTenantValidator : AbstractValidator<CreateTenant>
{
    public CreateTenantValidator() =>
        RuleFor(command => command.Name).Must(Tenant.IsName).OverridePropertyName("name").WithMessage($"A name has {Tenant.NameRule}.");
}

internal sealed class CreateTenantHandler(ITenantRepository tenants, IdGenerator ids, TimeProvider clock)
    : IRequestHandler<CreateTenant, Result<Tenant>>
{
    public async Task<Result<Tenant>> Handle(CreateTenant request, CancellationToken cancellationToken)
    {
        var tenant = new Tenant
        {
            Id = new TenantId(ids.Next()),
            Name = request.Name,
            CreatedAt = Microseconds.Truncate(clock.GetUtcNow()),
        };
        await tenants.AddAsync(tenant, [.. tenant.PredefinedEventTypes(ids)], cancellationToken);
        return tenant;
    }
}
