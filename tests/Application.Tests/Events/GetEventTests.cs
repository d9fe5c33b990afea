using Flownally.Application.Events;
using Flownally.Domain.Events;
using Moq;

namespace Flownally.Application.Tests.Events;

public sealed class GetEventTests
{
    [Test]
    public async Task The_event_that_is_stored_is_answered()
    {
        var stored = new EventResponse { EventTypeName = "order.paid" };
        var events = Mock.Of<IEventQueries>(q => q.FindAsync(default, default, default) == Task.FromResult<EventResponse?>(stored));
        Assert.That((await new GetEventHandler(events).Handle(new GetEvent(Callers.Operator, default), default)).Value, Is.SameAs(stored));
    }

    [Test]
    public async Task One_that_is_not_there_is_not_found() =>
        Assert.That((await new GetEventHandler(Mock.Of<IEventQueries>()).Handle(new GetEvent(Callers.Operator, default), default)).Error,
            Is.TypeOf<EventNotFound>());
}
