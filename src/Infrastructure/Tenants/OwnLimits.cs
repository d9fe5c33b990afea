using System.Text.Json;
using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.Tenants;

/// <summary>The limits that one tenant has of its own, in one column, so that they come with whatever else a query reads.</summary>
internal static class OwnLimits
{
    /// <param name="json">An object of numbers and nulls by name; null where there are none.</param>
    public static IReadOnlyDictionary<TenantLimit, int?> Read(string? json)
    {
        var limits = new Dictionary<TenantLimit, int?>();
        if (json is not null)
        {
            foreach (var (name, value) in JsonSerializer.Deserialize<Dictionary<string, int?>>(json)!)
            {
                if (TenantLimitNames.TryParse(name, out var limit))
                {
                    limits[limit] = value;
                }
            }
        }

        return limits;
    }
}
