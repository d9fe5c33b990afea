using Flownally.Application.ApiKeys;
using Flownally.Application.Tenants;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Ids;
using Flownally.Domain.Tenants;
using Moq;

namespace Flownally.Application.Tests.ApiKeys;

public sealed class CreateApiKeyTests
{
    private static readonly CreateApiKey Command = new(default, Role.Agent, [Scopes.EventList, Scopes.EventList]);

    [Test]
    public async Task A_key_is_stored_with_its_scopes_once_each()
    {
        var keys = new Mock<IApiKeyRepository>();
        var made = (await SendAsync(keys.Object, tenantExists: true)).Value;
        Assert.That(made.Key.Scopes, Is.EqualTo([Scopes.EventList]));
        keys.Verify(k => k.AddAsync(made.Key, made.Secret, default), Times.Once);
    }

    [Test]
    public async Task A_tenant_that_is_not_there_gets_no_key() =>
        Assert.That((await SendAsync(Mock.Of<IApiKeyRepository>(), tenantExists: false)).Error, Is.TypeOf<TenantNotFound>());

    [TestCase("event:list", true)]
    [TestCase("event:lst", false)]
    [TestCase("", false)]
    public void Only_scopes_that_exist_are_taken(string scope, bool valid) =>
        Assert.That(new CreateApiKeyValidator(TimeProvider.System).Validate(Command with { Scopes = [scope] }).IsValid, Is.EqualTo(valid));

    [Test]
    public void A_key_that_has_expired_already_is_refused() => Assert.That(
        new CreateApiKeyValidator(TimeProvider.System).Validate(Command with { ExpiresAt = DateTimeOffset.UnixEpoch }).IsValid, Is.False);

    private static Task<Domain.Result<NewApiKey>> SendAsync(IApiKeyRepository keys, bool tenantExists) => new CreateApiKeyHandler(
        Mock.Of<ITenantRepository>(t => t.ExistsAsync(It.IsAny<TenantId>(), default) == Task.FromResult(tenantExists)), keys,
        new IdGenerator(TimeProvider.System), TimeProvider.System).Handle(Command, default);
}
