using Flownally.Application.EventTypes;
using Flownally.Domain;
using Flownally.Domain.EventTypes;
using Moq;

namespace Flownally.Application.Tests.EventTypes;

public sealed class DeleteEventTypeTests
{
    [Test]
    public async Task A_type_without_events_is_deleted()
    {
        var types = new Types(Types.Type());
        Assert.That((await DeleteAsync(types, [2, 3])).IsSuccess, Is.True);
        types.Locked.Verify(locked => locked.DeleteAsync(default));
        types.Locked.Verify(locked => locked.CommitAsync(default));
    }

    [Test]
    public Task A_type_with_events_stays() => AssertRefusedAsync<EventTypeInUse>(new Types(Types.Type(), Types.Payload(1, "{}")));

    [Test]
    public Task A_type_that_a_journey_uses_stays()
    {
        var types = new Types(Types.Type());
        types.Locked.Setup(locked => locked.HasJourneysAsync(default)).ReturnsAsync(true);
        return AssertRefusedAsync<EventTypeInUse>(types);
    }

    [Test]
    public Task A_predefined_type_stays() => AssertRefusedAsync<EventTypePredefined>(new Types(Types.Type(predefined: true)));

    [Test]
    public Task A_type_that_has_changed_since_stays() => AssertRefusedAsync<PreconditionFailed>(new Types(Types.Type()), [2]);

    [Test]
    public async Task A_type_that_is_not_there_is_not_found()
    {
        var result = await new DeleteEventTypeHandler(Mock.Of<IEventTypeRepository>()).Handle(new DeleteEventType(Callers.Operator, default), default);
        Assert.That(result.Error, Is.TypeOf<EventTypeNotFound>());
    }

    private static async Task AssertRefusedAsync<T>(Types types, int[]? ifMatch = null)
    {
        Assert.That((await DeleteAsync(types, ifMatch)).Error, Is.TypeOf<T>());
        types.Locked.Verify(locked => locked.CommitAsync(default), Times.Never);
        types.Locked.Verify(locked => locked.DisposeAsync());
    }

    private static Task<Result<EventTypeId>> DeleteAsync(Types types, int[]? ifMatch) => new DeleteEventTypeHandler(types.Repository.Object)
        .Handle(new DeleteEventType(Callers.Operator, types.Locked.Object.Type.Id, ifMatch), default);
}
