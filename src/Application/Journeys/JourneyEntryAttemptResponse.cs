using Flownally.Domain.Journeys;

namespace Flownally.Application.Journeys;

/// <summary>An attempt to deliver the webhook of an entry.</summary>
/// <example>{ "at": "2026-01-31T09:30:00.75Z", "duration": 0.041, "status": 503, "error": "status" }</example>
public sealed class JourneyEntryAttemptResponse
{
    /// <summary>The end of the attempt.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>The duration in seconds, to the millisecond.</summary>
    public double Duration { get; init; }

    /// <summary>The HTTP status of the response; absent if there was no response.</summary>
    public int? Status { get; init; }

    /// <summary>The reason for the failure; absent if the webhook was delivered.</summary>
    public DeliveryError? Error { get; init; }
}

/// <param name="Attempts">The attempts of this page.</param>
/// <param name="NextPageToken">The token of the next page; absent on the last page.</param>
/// <param name="TotalSize">The number of stored attempts.</param>
/// <example>{ "attempts": [{}], "totalSize": 1 }</example>
public sealed record JourneyEntryAttemptsResponse(
    IReadOnlyList<JourneyEntryAttemptResponse> Attempts, string? NextPageToken, long TotalSize);
