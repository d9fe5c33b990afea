using Flownally.Application.Tenants;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using FluentValidation;
using MediatR;

namespace Flownally.Application.ApiKeys;

/// <summary>Creates a key for a tenant.</summary>
/// <param name="ExpiresAt">The key is refused from this instant on; null means never.</param>
public sealed record CreateApiKey(TenantId TenantId, Role Role, IReadOnlyList<string> Scopes, string? Name = null,
    DateTimeOffset? ExpiresAt = null) : IRequest<Result<NewApiKey>>;

/// <param name="Secret">The secret, which cannot be read again later.</param>
public sealed record NewApiKey(ApiKey Key, ApiKeySecret Secret);

internal sealed class CreateApiKeyValidator : AbstractValidator<CreateApiKey>
{
    public CreateApiKeyValidator(TimeProvider clock)
    {
        RuleFor(command => command.Scopes).NotEmpty().OverridePropertyName("scopes");
        RuleForEach(command => command.Scopes).Must(Scopes.All.Contains).OverridePropertyName("scopes")
            .WithMessage($"'{{PropertyValue}}' is not a scope. The scopes are {string.Join(", ", Scopes.All)}.");
        RuleFor(command => command.Name).Must(name => name is null || Tenant.IsName(name)).OverridePropertyName("name")
            .WithMessage($"A name has {Tenant.NameRule}.");
        RuleFor(command => command.ExpiresAt).Must(end => end is null || end > clock.GetUtcNow()).OverridePropertyName("expires")
            .WithMessage("The expiry must be in the future.");
    }
}

internal sealed class CreateApiKeyHandler(ITenantRepository tenants, IApiKeyRepository keys, IdGenerator ids, TimeProvider clock)
    : IRequestHandler<CreateApiKey, Result<NewApiKey>>
{
    public async Task<Result<NewApiKey>> Handle(CreateApiKey request, CancellationToken cancellationToken)
    {
        if (!await tenants.ExistsAsync(request.TenantId, cancellationToken))
        {
            return new TenantNotFound(request.TenantId);
        }

        var key = new ApiKey
        {
            Id = new ApiKeyId(ids.Next()),
            TenantId = request.TenantId,
            Name = request.Name,
            Role = request.Role,
            Scopes = [.. request.Scopes.Distinct()],
            CreatedAt = Microseconds.Truncate(clock.GetUtcNow()),
            ExpiresAt = request.ExpiresAt,
        };
        var secret = ApiKeySecret.Generate();
        await keys.AddAsync(key, secret, cancellationToken);
        return new NewApiKey(key, secret);
    }
}
