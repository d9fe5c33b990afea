using Flownally.Application.ApiKeys;
using Flownally.Application.Tenants;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;
using Moq;

namespace Flownally.Application.Tests.ApiKeys;

public sealed class RevokeAndListApiKeysTests
{
    [TestCase(true)]
    [TestCase(false)]
    public async Task Revoking_tells_whether_there_was_such_a_key(bool exists)
    {
        var keys = new Mock<IApiKeyRepository>();
        keys.Setup(k => k.RevokeAsync(default, It.IsAny<DateTimeOffset>(), default)).ReturnsAsync(exists);
        var result = await new RevokeApiKeyHandler(keys.Object, TimeProvider.System).Handle(new RevokeApiKey(default), default);
        Assert.That(result.Error, exists ? Is.Null : Is.TypeOf<ApiKeyNotFound>());
    }

    [Test]
    public async Task The_list_is_that_of_the_repository()
    {
        IReadOnlyList<ApiKey> stored = [];
        var keys = Mock.Of<IApiKeyRepository>(k => k.ListAsync(null, default) == Task.FromResult(stored));
        Assert.That((await new ListApiKeysHandler(Mock.Of<ITenantRepository>(), keys).Handle(new ListApiKeys(null), default)).Value.Keys, Is.SameAs(stored));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Keys_are_listed_only_for_a_tenant_that_exists(bool exists)
    {
        TenantId tenant = default;
        var tenants = Mock.Of<ITenantRepository>(t => t.ExistsAsync(tenant, default) == Task.FromResult(exists));
        var keys = Mock.Of<IApiKeyRepository>(k => k.ListAsync(tenant, default) == Task.FromResult<IReadOnlyList<ApiKey>>(Array.Empty<ApiKey>()));
        var listed = await new ListApiKeysHandler(tenants, keys).Handle(new ListApiKeys(tenant), default);
        Assert.That(listed.Error, exists ? Is.Null : Is.TypeOf<TenantNotFound>());
    }
}
