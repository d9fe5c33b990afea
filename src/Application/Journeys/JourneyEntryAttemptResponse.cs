using Flownally.Domain.Journeys;

namespace Flownally.Application.Journeys;

/// <summary>One attempt to tell a journey's target of an entry.</summary>
/// <example>{ "at": "2026-01-31T09:30:00.75Z", "duration": 0.041, "status": 503, "error": "status" }</example>
public sealed class JourneyEntryAttemptResponse
{
    /// <summary>When it ended.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>How long it took, in seconds, to the millisecond.</summary>
    public double Duration { get; init; }

    /// <summary>The HTTP status that the target answered with; absent where there was no answer.</summary>
    public int? Status { get; init; }

    /// <summary>Why it failed; absent where the target was told.</summary>
    public DeliveryError? Error { get; init; }
}

/// <param name="Attempts">The attempts of this page.</param>
/// <param name="NextPageToken">Where the next page begins; absent on the last page.</param>
/// <param name="TotalSize">How many attempts are kept.</param>
/// <example>{ "attempts": [{}], "totalSize": 1 }</example>
public sealed record JourneyEntryAttemptsResponse(
    IReadOnlyList<JourneyEntryAttemptResponse> Attempts, string? NextPageToken, long TotalSize);
