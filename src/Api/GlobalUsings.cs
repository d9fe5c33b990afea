// Microsoft.Extensions.Logging also has an EventId; here the name always means the event's id.
global using EventId = Flownally.Domain.Events.EventId;
