namespace Flownally.Domain.Journeys;

/// <summary>The state of the webhook of a journey entry.</summary>
public enum DeliveryState
{
    /// <summary>There is no webhook, because the journey had no target.</summary>
    None,

    /// <summary>Another attempt follows.</summary>
    Pending,

    /// <summary>The target responded with a 2xx status.</summary>
    Delivered,

    /// <summary>No attempt succeeded, and no further attempt follows.</summary>
    Failed,
}
