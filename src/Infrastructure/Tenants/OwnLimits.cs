using System.Text.Json;
using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.Tenants;

/// <summary>Parses a tenant's own limits from one column, so that any query can read them.</summary>
internal static class OwnLimits
{
    /// <param name="json">An object with a number or null for each limit name; null for no own limits.</param>
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
