using Flownally.Application.EventTypes;
using Flownally.Application.Paging;
using Flownally.Domain.EventTypes;
using Moq;

namespace Flownally.Application.Tests.EventTypes;

public sealed class ListEventTypeVersionsTests
{
    private readonly Mock<IEventTypeQueries> _queries = new();

    [Test]
    public async Task A_page_leads_to_the_next_one()
    {
        _queries.Setup(q => q.ListVersionsAsync(default, default, int.MaxValue, 3, default)).ReturnsAsync(new EventTypeVersionRows([Numbered(3), Numbered(2), Numbered(1)], 3));
        _queries.Setup(q => q.ListVersionsAsync(default, default, 2, 3, default)).ReturnsAsync(new EventTypeVersionRows([Numbered(1)], 3));
        var first = (await ListAsync(null)).Value;
        var last = (await ListAsync(first.NextPageToken)).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Versions.Select(version => version.SchemaVersion), Is.EqualTo([3, 2]));
            Assert.That(last.Versions.Select(version => version.SchemaVersion), Is.EqualTo([1]));
            Assert.That(last.NextPageToken, Is.Null);
            Assert.That(last.TotalSize, Is.EqualTo(3));
        }
    }

    [Test]
    public async Task A_type_without_any_version_is_none()
    {
        _queries.Setup(q => q.ListVersionsAsync(default, default, int.MaxValue, 3, default)).ReturnsAsync(new EventTypeVersionRows([], 0));
        Assert.That((await ListAsync(null)).Error, Is.TypeOf<EventTypeNotFound>());
    }

    [Test]
    public async Task A_token_that_was_not_given_out_is_refused()
    {
        Assert.That((await ListAsync("made up")).Error, Is.TypeOf<PageTokenInvalid>());
        Assert.That((await ListAsync(PageToken.Write(Command(null).List, "x"u8))).Error, Is.TypeOf<PageTokenInvalid>());
    }

    private static ListEventTypeVersions Command(string? token) => new(Callers.Operator, default, PageSize.Parse("2"), token);

    private static EventTypeVersionResponse Numbered(int version) => new() { SchemaVersion = version };

    private Task<Domain.Result<EventTypeVersionsResponse>> ListAsync(string? token) =>
        new ListEventTypeVersionsHandler(_queries.Object).Handle(Command(token), default);
}
