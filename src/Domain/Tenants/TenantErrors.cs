namespace Flownally.Domain.Tenants;

public sealed record TenantNotFound(TenantId Id) : Error("tenantNotFound", $"There is no tenant {Id}.");

/// <param name="Resources">The limited resources, such as <c>journeys</c>.</param>
public sealed record LimitReached(string Resources, int Limit) : Error("limitReached",
    $"The tenant's limit of {Limit} {Resources} is reached. Remove one, or ask an operator for a higher limit.");
