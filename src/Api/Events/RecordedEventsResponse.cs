using Flownally.Api.Http.Problems;
using Flownally.Domain;

namespace Flownally.Api.Events;

/// <param name="Results">One result for each event, in the same order.</param>
/// <example>{ "results": [{ "status": 201, "id": "evt_01KATWBYXQ8F2TXWM8KRGE9ZA5" }] }</example>
public sealed record RecordedEventsResponse(IReadOnlyList<RecordedEventResult> Results)
{
    /// <summary>Creates the response to a batch, and reports its refused items.</summary>
    internal static RecordedEventsResponse Of(IReadOnlyList<Result<EventId>> results, HttpContext http)
    {
        var budget = ProblemBudget.ForBatch();
        Report(results, http);
        return new([.. results.Select(result => result.Match(RecordedEventResult.Of, error => RecordedEventResult.Of(error, budget)))]);
    }

    /// <summary>Many items may have the same error; each code is reported once, with its first item.</summary>
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
/// <param name="Status">The status that a separate call would have returned: 201, or the status of the problem.</param>
/// <param name="Id">The id of the recorded event; absent if it was refused.</param>
/// <param name="Problem">The reason of the refusal; its pointers start at the event.</param>
public sealed record RecordedEventResult(int Status, EventId? Id, Problem? Problem)
{
    public static RecordedEventResult Of(EventId id) => new(StatusCodes.Status201Created, id, null);

    internal static RecordedEventResult Of(Error error, ProblemBudget budget)
    {
        var problem = Problem.Of(error, instance: null, traceId: null, budget);
        return new(problem.Status, null, problem);
    }
}
