using Flownally.Application.Tenants;
using Flownally.Domain.Tenants;
using Moq;

namespace Flownally.Application.Tests.Tenants;

public sealed class ListTenantsTests
{
    [Test]
    public async Task Tenants_are_listed_as_they_are_stored()
    {
        Tenant[] stored = [NewTenant("b"), NewTenant("a")];
        var tenants = new Mock<ITenantRepository>();
        tenants.Setup(t => t.ListAsync(default)).ReturnsAsync(stored);
        Assert.That((await new ListTenantsHandler(tenants.Object).Handle(new ListTenants(), default)).Value.Tenants, Is.EqualTo(stored));
    }

    private static Tenant NewTenant(string name) => new() { Id = default, Name = name, CreatedAt = DateTimeOffset.UnixEpoch };
}
