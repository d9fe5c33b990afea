using System.Text.Json;

namespace Flownally.Domain.Tenants;

/// <summary>The limits that a tenant can have.</summary>
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

    /// <summary>The name on the command line and in the database, such as <c>events-per-second</c>.</summary>
    public static string Name(this TenantLimit limit) => JsonNamingPolicy.KebabCaseLower.ConvertName(limit.ToString());

    /// <returns>False if this version does not know the name; a newer one may have stored it.</returns>
    public static bool TryParse(string name, out TenantLimit limit) => ByName.TryGetValue(name, out limit);
}
