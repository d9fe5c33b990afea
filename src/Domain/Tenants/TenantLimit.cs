using System.Text.Json;

namespace Flownally.Domain.Tenants;

/// <summary>What a tenant can be limited in.</summary>
public enum TenantLimit
{
    EventsPerSecond,
    EventsBurst,
    CallsPerSecond,
    CallsBurst,
    ConcurrentCalls,
    Streams,
    EventTypes,
    Journeys,
    ActiveJourneysPerType,
}

public static class TenantLimitNames
{
    private static readonly Dictionary<string, TenantLimit> ByName = Enum.GetValues<TenantLimit>().ToDictionary(Name);

    /// <summary>As people write it and as it is stored: <c>events-per-second</c>.</summary>
    public static string Name(this TenantLimit limit) => JsonNamingPolicy.KebabCaseLower.ConvertName(limit.ToString());

    /// <returns>False for a name that this version does not know.</returns>
    public static bool TryParse(string name, out TenantLimit limit) => ByName.TryGetValue(name, out limit);
}
