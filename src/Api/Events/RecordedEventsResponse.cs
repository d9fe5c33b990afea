using Flownally.Api.Http.Problems;
using Flownally.Domain;

namespace Flownally.Api.Events;

/// <param name="Results">One for each event, in the same order.</param>
/// <example>{ "results": [{ "status": 201, "id": "evt_01KATWBYXQ8F2TXWM8KRGE9ZA5" }] }</example>
public sealed record RecordedEventsResponse(IReadOnlyList<RecordedEventResult> Results)
{
    /// <summary>Shows what became of a batch, and reports what was refused.</summary>
    internal static RecordedEventsResponse Of(IReadOnlyList<Result<EventId>> results, HttpContext http)
    {
        var room = ProblemRoom.OfBatch();
        Report(results, http);
        return new([.. results.Select(result => result.Match(RecordedEventResult.Of, error => RecordedEventResult.Of(error, room)))]);
    }

    /// <summary>Many items may share a fault; each code is reported once, by its first item.</summary>
    private static void Report(IReadOnlyList<Result<EventId>> results, HttpContext http)
    {
        var report = http.RequestServices.GetRequiredService<ProblemReport>();
        foreach (var same in results.Select(result => result.Error).OfType<Error>().GroupBy(error => error.Code))
        {
            report.Add(http, same.First(), ProblemWriter.TraceOf(http.Request), same.Count());
        }
    }
}

/// <summary>The result of one event of a batch.</summary>
/// <param name="Status">What a call of its own would have been answered with: 201, or the status of the problem.</param>
/// <param name="Id">The event, where it was recorded.</param>
/// <param name="Problem">Why it was not; pointers begin at the event.</param>
public sealed record RecordedEventResult(int Status, EventId? Id, Problem? Problem)
{
    public static RecordedEventResult Of(EventId id) => new(StatusCodes.Status201Created, id, null);

    internal static RecordedEventResult Of(Error error, ProblemRoom room)
    {
        var problem = Problem.Of(error, instance: null, traceId: null, room);
        return new(problem.Status, null, problem);
    }
}
