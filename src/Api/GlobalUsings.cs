// The framework's logging has an EventId too; in this house it is always the event's.
global using EventId = Flownally.Domain.Events.EventId;
