namespace Flownally.Application.Journeys.Delivery;

/// <summary>Limits the memory and connections of webhooks, which tenants share. Entries beyond the limits wait in the database.</summary>
public static class DeliveryLimits
{
    /// <summary>
    /// Webhooks of one journey, waiting or in flight. Of these, and of a tenant's, at most half are retries, so that there is always room
    /// for first attempts.
    /// </summary>
    public const int MaxPerJourney = 500;

    /// <summary>Webhooks of one tenant, waiting or in flight.</summary>
    public const int MaxPerTenant = 2_000;

    /// <summary>Webhooks of all tenants. Each takes about 1 KiB.</summary>
    public const int MaxTotal = 50_000;

    /// <summary>Journeys of one tenant per poll for due webhooks. If there are more, the next poll continues after them.</summary>
    public const int MaxJourneysPerPoll = 200;

    /// <summary>Webhooks in flight, each with a connection. One tenant has at most half of them.</summary>
    public const int MaxInFlight = 256;
}
