using Flownally.Application.ApiKeys;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Time.Testing;
using Moq;

namespace Flownally.Application.Tests.ApiKeys;

public sealed class AuthenticateTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 31, 9, 30, 0, TimeSpan.Zero);

    [TestCase(null)]
    [TestCase("")]
    [TestCase("Bearer")]
    [TestCase("Bearer x")]
    [TestCase("fln_live_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]
    public async Task What_holds_no_key_is_refused_without_a_look_up(string? header)
    {
        var keys = new Mock<IApiKeyRepository>(MockBehavior.Strict);
        Assert.That((await new AuthenticateHandler(keys.Object, TimeProvider.System).Handle(new Authenticate(header), default)).Error,
            Is.TypeOf<Unauthenticated>());
    }

    [Test]
    public async Task An_unknown_key_is_refused() => Assert.That((await SendAsync(null)).Error, Is.SameAs(Unauthenticated.Unknown));

    [Test]
    public async Task A_revoked_key_is_refused() => Assert.That((await SendAsync(Key(revoked: Now))).Error, Is.SameAs(Unauthenticated.Revoked));

    [TestCase(-1, true)]
    [TestCase(0, true)]
    [TestCase(1, false)]
    public async Task A_key_is_refused_from_the_instant_of_its_end(int ticks, bool refused) =>
        Assert.That((await SendAsync(Key(expires: Now.AddTicks(ticks)))).Error, refused ? Is.SameAs(Unauthenticated.Expired) : Is.Null);

    private static ApiKey Key(DateTimeOffset? expires = null, DateTimeOffset? revoked = null) => new()
    {
        Id = default,
        TenantId = default,
        Role = Role.Owner,
        Scopes = Scopes.All,
        CreatedAt = Now,
        ExpiresAt = expires,
        RevokedAt = revoked,
    };

    private static Task<Domain.Result<Caller>> SendAsync(ApiKey? key)
    {
        var keys = new Mock<IApiKeyRepository>();
        keys.Setup(k => k.FindAsync(It.IsAny<ApiKeySecret>(), AddressBlock.Local, default))
            .ReturnsAsync(key is null ? null : new KnownApiKey(key, Caller.With(key, TenantLimits.None)));
        return new AuthenticateHandler(keys.Object, new FakeTimeProvider(Now)).Handle(new Authenticate($"Bearer {ApiKeySecret.Generate().Reveal()}"), default);
    }
}
