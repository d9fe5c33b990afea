using Flownally.Application.Tenants;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using Moq;

namespace Flownally.Application.Tests.Tenants;

public sealed class CreateTenantTests
{
    [Test]
    public async Task A_tenant_begins_with_the_predefined_types()
    {
        IReadOnlyCollection<EventType> stored = [];
        var tenants = new Mock<ITenantRepository>();
        tenants.Setup(t => t.AddAsync(It.IsAny<Tenant>(), It.IsAny<IReadOnlyCollection<EventType>>(), default))
            .Callback((Tenant _, IReadOnlyCollection<EventType> types, CancellationToken _) => stored = types);
        var tenant = (await new CreateTenantHandler(tenants.Object, new IdGenerator(TimeProvider.System), TimeProvider.System)
            .Handle(new CreateTenant("Test"), default)).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(stored.Select(type => type.Name.Value), Is.EquivalentTo(
                ["signup.completed", "purchase.completed", "plan.changed", "subscription.canceled", "form.submitted"]));
            Assert.That(stored.All(type => type.IsPredefined && type.PayloadSchema is null && type.TenantId == tenant.Id));
        }
    }

    [TestCase("a\nb", false)]
    [TestCase("a\u007fb", false)]
    [TestCase(" ", false)]
    [TestCase(" a", false)]
    [TestCase("a\u2028b", false)]
    [TestCase("a\u202eb", false)]
    [TestCase("👩\u200d💻", true)]
    [TestCase("Größe 1 🐲", true)]
    public void A_name_is_on_one_line(string name, bool valid) =>
        Assert.That(new CreateTenantValidator().Validate(new CreateTenant(name)).IsValid, Is.EqualTo(valid));

    [TestCase(0, false)]
    [TestCase(1, true)]
    [TestCase(100, true)]
    [TestCase(101, false)]
    public void A_name_has_1_to_100_characters(int length, bool valid) =>
        Assert.That(new CreateTenantValidator().Validate(new CreateTenant(new string('n', length))).IsValid, Is.EqualTo(valid));
}
