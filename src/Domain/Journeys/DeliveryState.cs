namespace Flownally.Domain.Journeys;

/// <summary>What became of the webhook that tells of an entry.</summary>
public enum DeliveryState
{
    /// <summary>There is none: the journey had no target.</summary>
    None,

    /// <summary>An attempt is to be made.</summary>
    Pending,

    /// <summary>The receiver answered with a status of 2xx.</summary>
    Delivered,

    /// <summary>No attempt succeeded, and none is to follow.</summary>
    Failed,
}
