namespace Flownally.Client;

public partial class CreateEventsRequest : IRecording
{
    bool IRecording.HasKeys => Events.All(@event => @event.IdempotencyKey is not null);
}
