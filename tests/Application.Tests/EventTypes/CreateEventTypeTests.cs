using Flownally.Application.EventTypes;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using Moq;

namespace Flownally.Application.Tests.EventTypes;

public sealed class CreateEventTypeTests
{
    private static readonly CreateEventType Command = new(Callers.WithKey, EventTypeName.Parse("order.paid"));

    [Test]
    public async Task A_new_type_is_custom_and_at_version_1()
    {
        var type = (await SendAsync(Mock.Of<IEventTypeRepository>())).Value;
        Assert.That((type.EventType.Predefined, type.EventType.SchemaVersion, type.Revision), Is.EqualTo((false, 1, 1)));
    }

    [Test]
    public async Task A_name_that_is_taken_is_refused()
    {
        var taken = new EventTypeNameTaken(Command.Name);
        var types = new Mock<IEventTypeRepository>();
        types.Setup(t => t.AddAsync(It.IsAny<EventType>(), Callers.WithKey.KeyId, null, default)).ReturnsAsync(taken);
        Assert.That((await SendAsync(types.Object)).Error, Is.SameAs(taken));
    }

    [Test]
    public async Task One_too_many_is_refused()
    {
        var reached = new LimitReached("event types", 2);
        var types = new Mock<IEventTypeRepository>();
        types.Setup(t => t.AddAsync(It.IsAny<EventType>(), It.IsAny<ApiKeyId?>(), 2, default)).ReturnsAsync(reached);
        Assert.That((await SendAsync(types.Object, Callers.Limited(TenantLimit.EventTypes, 2))).Error, Is.SameAs(reached));
    }

    [TestCase(1_000, true)]
    [TestCase(1_001, false)]
    public void A_description_has_at_most_1000_characters(int length, bool valid) => Assert.That(
        new CreateEventTypeValidator().Validate(Command with { Description = new string('d', length) }).IsValid, Is.EqualTo(valid));

    private static Task<Domain.Result<EventTypeRevision>> SendAsync(IEventTypeRepository types, Caller? caller = null) =>
        new CreateEventTypeHandler(types, new IdGenerator(TimeProvider.System), TimeProvider.System, Mapping.Mapper)
            .Handle(Command with { Caller = caller ?? Command.Caller }, default);
}
