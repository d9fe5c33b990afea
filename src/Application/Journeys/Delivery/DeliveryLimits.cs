namespace Flownally.Application.Journeys.Delivery;

/// <summary>Bounds what webhooks take of the memory and connections that tenants share. What exceeds it waits in the database.</summary>
public static class DeliveryLimits
{
    /// <summary>
    /// Webhooks of one journey, waiting and under way. Of these, and of those of a tenant, at most half are retries, so that there is room
    /// for first attempts, however many retries are due.
    /// </summary>
    public const int MostOfJourney = 500;

    /// <summary>Webhooks of one tenant, waiting and under way.</summary>
    public const int MostOfTenant = 2_000;

    /// <summary>Webhooks of all tenants. Each takes about 1 KiB.</summary>
    public const int MostInAll = 50_000;

    /// <summary>Journeys of one tenant in one look for what is due. Where there are more, the next look goes on with them.</summary>
    public const int MostJourneysInALook = 200;

    /// <summary>Webhooks under way at once, each with a connection. One tenant has half of these places at most.</summary>
    public const int MostUnderWay = 256;
}
