using Flownally.Application.ApiKeys;
using Flownally.Domain.ApiKeys;
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
        Assert.That((await new ListApiKeysHandler(keys).Handle(new ListApiKeys(null), default)).Value.Keys, Is.SameAs(stored));
    }
}
