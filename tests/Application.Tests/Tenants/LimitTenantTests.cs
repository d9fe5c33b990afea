using Flownally.Application.Limits;
using Flownally.Application.Tenants;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Options;
using Moq;

namespace Flownally.Application.Tests.Tenants;

public sealed class LimitTenantTests
{
    private static readonly Dictionary<TenantLimit, LimitSetting> Changes = new() { [TenantLimit.Streams] = LimitSetting.Parse("3") };

    [Test]
    public async Task Limits_of_a_tenant_are_stored()
    {
        var tenants = Tenants(exists: true);
        Assert.That((await new LimitTenantHandler(tenants.Object).Handle(new LimitTenant(default, Changes), default)).IsSuccess);
        tenants.Verify(t => t.SetLimitsAsync(default, Changes, default), Times.Once);
    }

    [Test]
    public async Task A_tenant_that_does_not_exist_has_no_limits()
    {
        var tenants = Tenants(exists: false);
        Assert.That((await new LimitTenantHandler(tenants.Object).Handle(new LimitTenant(default, Changes), default)).Error, Is.TypeOf<TenantNotFound>());
        Assert.That((await ShowAsync(tenants)).Error, Is.TypeOf<TenantNotFound>());
        tenants.Verify(t => t.SetLimitsAsync(default, Changes, default), Times.Never);
    }

    [Test]
    public async Task All_limits_are_shown_and_where_each_comes_from()
    {
        var tenants = Tenants(exists: true);
        tenants.Setup(t => t.GetLimitsAsync(default, default))
            .ReturnsAsync(new Dictionary<TenantLimit, int?> { [TenantLimit.Streams] = 3, [TenantLimit.Journeys] = null });
        var shown = (await ShowAsync(tenants)).Value.Limits;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(shown, Has.Count.EqualTo(Enum.GetValues<TenantLimit>().Length));
            Assert.That(shown, Has.Member(new TenantLimitResponse("streams", 3, IsDefault: false)));
            Assert.That(shown, Has.Member(new TenantLimitResponse("journeys", null, IsDefault: false)));
            Assert.That(shown, Has.Member(new TenantLimitResponse("event-types", 1_000, IsDefault: true)));
        }
    }

    private static Task<Domain.Result<TenantLimitsResponse>> ShowAsync(Mock<ITenantRepository> tenants) =>
        new GetTenantLimitsHandler(tenants.Object, Options.Create(new LimitOptions())).Handle(new GetTenantLimits(default), default);

    private static Mock<ITenantRepository> Tenants(bool exists)
    {
        var tenants = new Mock<ITenantRepository>();
        tenants.Setup(t => t.ExistsAsync(default, default)).ReturnsAsync(exists);
        return tenants;
    }
}
