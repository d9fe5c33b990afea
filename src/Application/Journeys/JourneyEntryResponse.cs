using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.Journeys;

namespace Flownally.Application.Journeys;

/// <summary>The entry of a contact into a journey, and the state of its webhook.</summary>
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

/// <summary>The state of the webhook of an entry.</summary>
public sealed class DeliveryResponse
{
    /// <summary>
    /// `none`: the journey had no target; `pending`: another attempt follows; `delivered`: the target responded with a 2xx status;
    /// `failed`: no further attempt follows.
    /// </summary>
    public DeliveryState State { get; init; }

    /// <summary>The number of attempts; a redelivery starts again at 0.</summary>
    public int Attempts { get; init; }

    public DateTimeOffset? LastAttemptAt { get; init; }

    public DateTimeOffset? NextAttemptAt { get; init; }

    /// <summary>The HTTP status of the response to the last attempt; absent if there was no response.</summary>
    public int? LastStatus { get; init; }

    /// <summary>The reason why the last attempt failed; absent if it did not fail.</summary>
    public DeliveryError? LastError { get; init; }
}

/// <param name="Entries">The entries of this page.</param>
/// <param name="NextPageToken">The token of the next page; absent on the last page.</param>
/// <param name="TotalSize">The number of entries of the journey that match the filter.</param>
/// <example>{ "entries": [{}], "totalSize": 1 }</example>
public sealed record JourneyEntriesResponse(IReadOnlyList<JourneyEntryResponse> Entries, string? NextPageToken, long TotalSize);
