using Flownally.Application.Tenants;
using Flownally.Domain.Tenants;
using Moq;

namespace Flownally.Application.Tests.Tenants;

public sealed class ListTenantsTests
{
    [Test]
    public async Task Tenants_are_listed_as_they_are_stored()
    {
        Tenant[] stored = [new() { Id = new TenantId(Guid.AllBitsSet), Name = "Newer" }, new() { Id = default, Name = "Older" }];
        var tenants = new Mock<ITenantRepository>();
        tenants.Setup(t => t.ListAsync(default)).ReturnsAsync(stored);
        Assert.That((await new ListTenantsHandler(tenants.Object).Handle(new ListTenants(), default)).Value.Tenants, Is.EqualTo(stored));
    }
}
