namespace Flownally.Infrastructure.Journeys;

/// <summary>The section <c>Journeys</c> of the configuration.</summary>
public sealed class JourneyOptions
{
    /// <summary>True lets webhooks reach addresses that are not public: for receivers on one's own machine or network.</summary>
    public bool AllowPrivateTargets { get; set; }
}
