using Flownally.Application.Journeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.Journeys;

namespace Flownally.Infrastructure.Journeys;

/// <summary>A row of <c>journey_entries</c>.</summary>
internal sealed class JourneyEntryRow
{
    public JourneyEntryId Id { get; init; }

    public JourneyId JourneyId { get; init; }

    public ContactId ContactId { get; init; }

    public EventId EventId { get; init; }

    public DateTimeOffset EnteredAt { get; init; }

    public DeliveryState DeliveryState { get; init; }

    public int Attempts { get; init; }

    public DateTimeOffset? LastAttemptAt { get; init; }

    public DateTimeOffset? NextAttemptAt { get; init; }

    public int? LastStatus { get; init; }

    public DeliveryError? LastError { get; init; }

    public JourneyEntryResponse ToResponse() => new()
    {
        Id = Id,
        JourneyId = JourneyId,
        ContactId = ContactId,
        EventId = EventId,
        EnteredAt = EnteredAt,
        Delivery = new DeliveryResponse
        {
            State = DeliveryState,
            Attempts = Attempts,
            LastAttemptAt = LastAttemptAt,
            NextAttemptAt = NextAttemptAt,
            LastStatus = LastStatus,
            LastError = LastError,
        },
    };
}
