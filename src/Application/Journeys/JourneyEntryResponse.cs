using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.Journeys;

namespace Flownally.Application.Journeys;

/// <summary>That a contact entered a journey with an event, and whether the target has been told.</summary>
/// <example>
/// {
///   "id": "ent_01KATWCN7Q2M5S8VX0B3D6F9HK",
///   "journeyId": "jrn_01KATWC8E4R1T6W9Y2Z5A8C0DG",
///   "contactId": "ctc_1001",
///   "eventId": "evt_01KATWBYXQ8F2TXWM8KRGE9ZA5",
///   "enteredAt": "2026-01-31T09:30:00.7Z",
///   "delivery": { "state": "delivered", "attempts": 1, "lastAttemptAt": "2026-01-31T09:30:00.75Z", "lastStatus": 204 }
/// }
/// </example>
public sealed class JourneyEntryResponse
{
    public JourneyEntryId Id { get; init; }

    public JourneyId JourneyId { get; init; }

    public ContactId ContactId { get; init; }

    /// <summary>The event that made the contact enter.</summary>
    public EventId EventId { get; init; }

    public DateTimeOffset EnteredAt { get; init; }

    public required DeliveryResponse Delivery { get; init; }
}

/// <summary>What became of the webhook that tells of an entry.</summary>
public sealed class DeliveryResponse
{
    /// <summary>
    /// `none`: the journey had no target; `pending`: an attempt is to be made; `delivered`: the target answered with a status of 2xx;
    /// `failed`: no attempt is to follow.
    /// </summary>
    public DeliveryState State { get; init; }

    /// <summary>How many attempts were made; redelivering begins anew at 0.</summary>
    public int Attempts { get; init; }

    public DateTimeOffset? LastAttemptAt { get; init; }

    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The HTTP status that the target answered the last attempt with; absent where there was none.</summary>
    public int? LastStatus { get; init; }

    /// <summary>Why the last attempt failed; absent where it did not.</summary>
    public DeliveryError? LastError { get; init; }
}

/// <param name="Entries">The entries of this page.</param>
/// <param name="NextPageToken">Where the next page begins; absent on the last page.</param>
/// <param name="TotalSize">How many entries the journey has that match the filter.</param>
/// <example>{ "entries": [{}], "totalSize": 1 }</example>
public sealed record JourneyEntriesResponse(IReadOnlyList<JourneyEntryResponse> Entries, string? NextPageToken, long TotalSize);
