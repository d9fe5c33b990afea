namespace Flownally.Domain.Tenants;

public sealed record TenantNotFound(TenantId Id) : Error("tenantNotFound", $"There is no tenant {Id}.");

/// <param name="Of">What there cannot be more of, such as <c>journeys</c>.</param>
public sealed record LimitReached(string Of, int Limit) : Error("limitReached",
    $"The tenant's limit of {Limit} {Of} is reached. Remove one, or ask an operator for a higher limit.");
