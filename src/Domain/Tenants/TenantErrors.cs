namespace Flownally.Domain.Tenants;

public sealed record TenantNotFound(TenantId Id) : Error("tenantNotFound", $"There is no tenant {Id}.");
