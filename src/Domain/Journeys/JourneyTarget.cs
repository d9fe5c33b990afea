namespace Flownally.Domain.Journeys;

/// <summary>The receiver of a journey's webhooks.</summary>
public sealed record JourneyTarget(TargetUrl Url, WebhookSecret Secret);
