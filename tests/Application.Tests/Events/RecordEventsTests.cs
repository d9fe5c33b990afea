using Flownally.Application.Events;
using Flownally.Domain;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using MediatR;
using Microsoft.Extensions.Logging.Abstractions;
using Moq;

namespace Flownally.Application.Tests.Events;

public sealed class RecordEventsTests
{
    private readonly Mock<IMediator> _mediator = new();

    [Test]
    public async Task Each_is_recorded_or_refused_by_itself_and_in_its_place()
    {
        var unreadable = new ValidationFailed([new FieldViolation("/contactId", "required", "The member 'contactId' is required.")]);
        var recorded = new RecordedEvent(new EventResponse { EventTypeName = "order.paid" }, Replayed: false);
        Setup("ctc_1").ReturnsAsync(recorded);
        Setup("ctc_2").ReturnsAsync(new Overloaded());
        Setup("ctc_3").ThrowsAsync(new DatabaseUnavailableException("It is away."));
        Setup("ctc_4").ThrowsAsync(new InvalidOperationException("A bug."));
        var results = await SendAsync([Moment("ctc_1"), unreadable, Moment("ctc_2"), Moment("ctc_3"), Moment("ctc_4")]);
        Assert.That(results[0].Value, Is.SameAs(recorded));
        Assert.That(results.Skip(1).Select(result => result.Error), Is.EqualTo(new Error[] { unreadable, new Overloaded(), new DatabaseUnavailable(), new Internal() }));
    }

    [Test]
    public async Task A_caller_that_goes_is_no_failure()
    {
        Setup("ctc_1").ThrowsAsync(new OperationCanceledException());
        await Assert.ThatAsync(() => SendAsync([Moment("ctc_1")]), Throws.InstanceOf<OperationCanceledException>());
    }

    private static Result<RecordEvent> Moment(string contact) =>
        new RecordEvent(default, ContactId.Parse(contact), new EventTypeReference(null, "order.paid"), Payload.Empty);

    private Moq.Language.Flow.ISetup<IMediator, Task<Result<RecordedEvent>>> Setup(string contact) =>
        _mediator.Setup(mediator => mediator.Send(It.Is<IRequest<Result<RecordedEvent>>>(request => ((RecordEvent)request).ContactId.Value == contact), default));

    private async Task<IReadOnlyList<Result<RecordedEvent>>> SendAsync(IReadOnlyList<Result<RecordEvent>> events) =>
        (await new RecordEventsHandler(_mediator.Object, NullLogger<RecordEventsHandler>.Instance).Handle(new RecordEvents(events), default)).Value.Results;
}
