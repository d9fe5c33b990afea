using Flownally.Domain.Events;

namespace Flownally.Application.Events;

/// <summary>The position of an event in its contact's timeline.</summary>
public readonly record struct TimelinePosition(DateTimeOffset OccurredAt, EventId Id);
