using Flownally.Application.Events;
using Flownally.Application.Paging;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Moq;

namespace Flownally.Application.Tests.Events;

public sealed class ListEventsTests
{
    private static readonly ListEvents Query = new(Callers.Operator, null, PageSize.Parse("2"), null);

    private readonly Mock<IEventQueries> _events = new();

    [Test]
    public async Task A_page_leads_to_the_next_one()
    {
        var ids = new IdGenerator(TimeProvider.System);
        var rows = Enumerable.Range(0, 3).Select(_ => new EventResponse { Id = new EventId(ids.Next()), EventTypeName = "a", ContactId = ContactId.Parse("ctc_1") }).Reverse().ToList();
        _events.Setup(e => e.ListAsync(default, null, null, 3, default)).ReturnsAsync(new EventRows(rows, 3));
        _events.Setup(e => e.ListAsync(default, null, rows[1].Id, 3, default)).ReturnsAsync(new EventRows([rows[2]], 3));
        var first = (await SendAsync(Query)).Value;
        var last = (await SendAsync(Query with { PageToken = first.NextPageToken })).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Events, Is.EqualTo(rows.Take(2)));
            Assert.That(last.Events, Is.EqualTo([rows[2]]));
            Assert.That((last.NextPageToken, last.TotalSize), Is.EqualTo(((string?)null, 3L)));
        }
    }

    [Test]
    public async Task A_token_of_another_filter_is_refused()
    {
        var token = PageToken.Write((Query with { EventTypeId = new EventTypeId(Guid.AllBitsSet) }).List, new byte[16]);
        Assert.That((await SendAsync(Query with { PageToken = token })).Error, Is.TypeOf<PageTokenInvalid>());
    }

    [Test]
    public async Task A_token_that_holds_no_id_is_refused() =>
        Assert.That((await SendAsync(Query with { PageToken = PageToken.Write(Query.List, new byte[15]) })).Error, Is.TypeOf<PageTokenInvalid>());

    private Task<Domain.Result<EventsResponse>> SendAsync(ListEvents query) => new ListEventsHandler(_events.Object).Handle(query, default);
}
