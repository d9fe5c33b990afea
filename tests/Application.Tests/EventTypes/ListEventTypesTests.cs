using Flownally.Application.EventTypes;
using Flownally.Application.Paging;
using Flownally.Domain.EventTypes;
using Moq;

namespace Flownally.Application.Tests.EventTypes;

public sealed class ListEventTypesTests
{
    private readonly Mock<IEventTypeQueries> _queries = new();

    [Test]
    public async Task A_page_leads_to_the_next_one()
    {
        _queries.Setup(q => q.ListAsync(default, null, 3, default)).ReturnsAsync(new EventTypeRows([Named("a"), Named("b"), Named("c")], 3));
        _queries.Setup(q => q.ListAsync(default, EventTypeName.Parse("b"), 3, default)).ReturnsAsync(new EventTypeRows([Named("c")], 3));
        var first = (await ListAsync(null)).Value;
        var last = (await ListAsync(first.NextPageToken)).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.EventTypes.Select(type => type.Name.Value), Is.EqualTo(["a", "b"]));
            Assert.That(last.EventTypes.Select(type => type.Name.Value), Is.EqualTo(["c"]));
            Assert.That(last.NextPageToken, Is.Null);
            Assert.That(last.TotalSize, Is.EqualTo(3));
        }
    }

    [TestCase("")]
    [TestCase("made up")]
    public async Task A_token_that_was_not_given_out_is_refused(string token) =>
        Assert.That((await ListAsync(token)).Error, Is.TypeOf<PageTokenInvalid>());

    [Test]
    public async Task A_token_that_holds_no_name_is_refused() =>
        Assert.That((await ListAsync(PageToken.Write(new ListEventTypes(Callers.Operator, PageSize.Default, null).List, "No Name"u8))).Error, Is.TypeOf<PageTokenInvalid>());

    private static EventTypeResponse Named(string name) => new() { Name = EventTypeName.Parse(name) };

    private Task<Domain.Result<EventTypesResponse>> ListAsync(string? token) =>
        new ListEventTypesHandler(_queries.Object).Handle(new ListEventTypes(Callers.Operator, PageSize.Parse("2"), token), default);
}
