using Flownally.Api.Http.Binding;
using Flownally.Application.Events;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.Events;

/// <summary>Events to record in one call. Each event is recorded or refused separately.</summary>
/// <example>{ "events": [{}] }</example>
public sealed class CreateEventsRequest
{
    /// <summary>1 to 1,000 events.</summary>
    public required Batch<CreateEventRequest> Events { get; init; }

    public RecordEvents ToCommand(Caller caller) => new(caller, [.. Events.Items.Select(item =>
        item.Match<Result<RecordEvent>>(request => request.ToCommand(caller, headerKey: null), error => error))]);
}
