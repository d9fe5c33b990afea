using Flownally.Application.Contacts;
using Flownally.Application.Events;
using Flownally.Application.Paging;
using Flownally.Application.Tests.Contacts;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Microsoft.Extensions.Options;
using Moq;

namespace Flownally.Application.Tests.Events;

public sealed class ListContactEventsTests
{
    private static readonly ListContactEvents Query = new(Callers.Operator, ContactId.Parse("ctc_1"), null, PageSize.Parse("2"), null);

    [TestCase(1, false)]
    [TestCase(2, false)]
    [TestCase(3, true)]
    public async Task There_is_a_next_page_only_where_one_more_was_found(int found, bool more)
    {
        var page = (await SendAsync(Query, found)).Value;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(page.Events, Has.Count.EqualTo(Math.Min(found, 2)));
            Assert.That(page.NextPageToken is not null, Is.EqualTo(more));
            Assert.That(page.TotalSize, Is.EqualTo(99));
        }
    }

    [Test]
    public async Task A_token_goes_on_after_the_last_event_shown()
    {
        var first = (await SendAsync(Query, 3)).Value;
        var last = new TimelinePosition(first.Events[^1].OccurredAt, first.Events[^1].Id);
        var events = new Mock<IEventQueries>();
        events.Setup(q => q.TimelineAsync(default, Query.ContactId, null, last, 3, default))
            .ReturnsAsync(new EventRows([], 99));
        Assert.That((await SendAsync(Query with { PageToken = first.NextPageToken }, events.Object)).Value.Events, Is.Empty);
    }

    [Test]
    public async Task A_token_of_another_list_is_refused()
    {
        var token = (await SendAsync(Query, 3)).Value.NextPageToken;
        var other = Query with { ContactId = ContactId.Parse("ctc_2"), PageToken = token };
        Assert.That((await SendAsync(other, 3)).Error, Is.TypeOf<PageTokenInvalid>());
    }

    [TestCase(0)]
    [TestCase(23)]
    [TestCase(24)]
    [TestCase(25)]
    public async Task A_token_that_was_made_up_is_refused(int length)
    {
        var position = Enumerable.Repeat((byte)0xFF, length).ToArray();
        Assert.That((await SendAsync(Query with { PageToken = PageToken.Write(Query.List, position) }, 3)).Error, Is.TypeOf<PageTokenInvalid>());
    }

    [Test]
    public async Task An_unknown_contact_is_not_found_where_the_setting_says_so() =>
        Assert.That((await SendAsync(Query, 0, UnknownContact.Reject)).Error, Is.TypeOf<ContactNotFound>());

    private static Task<Domain.Result<EventsResponse>> SendAsync(ListContactEvents query, int found, UnknownContact setting = UnknownContact.Accept)
    {
        var rows = Enumerable.Range(1, found).Select(i => new EventResponse
        {
            Id = new EventId(new Guid(i, 0, 0, new byte[8])),
            EventTypeName = "order.paid",
            OccurredAt = DateTimeOffset.UnixEpoch.AddDays(found - i),
        });
        var events = new Mock<IEventQueries>();
        events.Setup(q => q.TimelineAsync(default, query.ContactId, null, It.IsAny<TimelinePosition?>(), 3, default))
            .ReturnsAsync(new EventRows([.. rows], 99));
        return SendAsync(query, events.Object, setting);
    }

    private static Task<Domain.Result<EventsResponse>> SendAsync(ListContactEvents query, IEventQueries events, UnknownContact setting = UnknownContact.Accept) =>
        new ListContactEventsHandler(new ContactGate(new KnownContacts(), Options.Create(new ContactOptions { UnknownContact = setting })), events)
            .Handle(query, default);
}
