using Flownally.Domain;
using MediatR;
using Microsoft.Extensions.Logging;

namespace Flownally.Application.Events;

/// <summary>Records many moments. They are independent: each is recorded or refused as if it had come alone.</summary>
/// <param name="Events">What is to be recorded, and in its place the refusal of what could not be read.</param>
public sealed record RecordEvents(IReadOnlyList<Result<RecordEvent>> Events) : IRequest<Result<RecordedEvents>>;

/// <param name="Results">What became of each, in their order.</param>
public sealed record RecordedEvents(IReadOnlyList<Result<RecordedEvent>> Results);

internal sealed partial class RecordEventsHandler(IMediator mediator, ILogger<RecordEventsHandler> log) : IRequestHandler<RecordEvents, Result<RecordedEvents>>
{
    public async Task<Result<RecordedEvents>> Handle(RecordEvents request, CancellationToken cancellationToken) =>
        new RecordedEvents(await Task.WhenAll(request.Events.Select(item => item.Match(
            command => RecordAsync(command, cancellationToken),
            error => Task.FromResult<Result<RecordedEvent>>(error)))));

    /// <summary>A failure is told as a refusal here, because it must not hide what became of the others.</summary>
    private async Task<Result<RecordedEvent>> RecordAsync(RecordEvent command, CancellationToken cancellationToken)
    {
        try
        {
            return await mediator.Send(command, cancellationToken);
        }
        catch (Exception exception) when (exception is not OperationCanceledException)
        {
            var failure = Failure.Of(exception);
            if (failure is Internal)
            {
                LogFailure(exception);
            }

            return failure;
        }
    }

    [LoggerMessage(LogLevel.Error, "An event of a batch could not be recorded.")]
    private partial void LogFailure(Exception exception);
}
