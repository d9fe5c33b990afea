using Flownally.Application.EventTypes;
using Flownally.Domain.EventTypes;

namespace Flownally.Application.Tests.EventTypes;

public sealed class GetEventTypeTests
{
    [Test]
    public async Task A_type_is_shown_with_its_revision()
    {
        var type = Types.Type("""{"type":"object"}""");
        var found = (await GetAsync(type, type.Id)).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(found.Revision, Is.EqualTo(3));
            Assert.That(found.EventType.Name, Is.EqualTo(type.Name));
            Assert.That(found.EventType.PayloadSchema.ToString(), Is.EqualTo("""{"type":"object"}"""));
        }
    }

    [Test]
    public async Task A_type_that_is_not_there_is_not_found() =>
        Assert.That((await GetAsync(Types.Type(), default)).Error, Is.TypeOf<EventTypeNotFound>());

    private static Task<Domain.Result<EventTypeRevision>> GetAsync(EventType type, EventTypeId id) =>
        new GetEventTypeHandler(new Types(type).Repository.Object, Mapping.Mapper).Handle(new GetEventType(Callers.Operator, id), default);
}
