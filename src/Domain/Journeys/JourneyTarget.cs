namespace Flownally.Domain.Journeys;

/// <summary>Where a journey's webhooks go, and what they are signed with.</summary>
public sealed record JourneyTarget(TargetUrl Url, WebhookSecret Secret);
