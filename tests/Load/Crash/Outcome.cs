namespace Flownally.Load.Crash;

/// <summary>What clients, readers and receivers were told, and what is stored in the end.</summary>
internal sealed record Outcome(IReadOnlyCollection<Attempt> Attempts, IReadOnlyList<Reading> Readings, JourneyHistory Journeys, Aftermath Aftermath, JourneyAftermath Entered)
{
    /// <summary>Of how many requests clients were told that the event is recorded.</summary>
    public int Acknowledged => Attempts.Where(attempt => attempt.Event is not null).DistinctBy(attempt => attempt.Request.Marker).Count();

    /// <summary>How many calls ended without a definite answer.</summary>
    public int InDoubt => Attempts.Count(attempt => attempt.Reply == Reply.InDoubt);

    /// <summary>How many events clients wanted.</summary>
    public int Requests => Attempts.DistinctBy(attempt => attempt.Request.Marker).Count();

    /// <summary>The promises that were broken; none where all held.</summary>
    public IReadOnlyList<Violation> Violations() =>
    [
        .. Checker.Check(Attempts, Aftermath), .. FeedChecker.Check(Readings, Attempts, Aftermath), .. JourneyChecker.Check(Journeys, Attempts, Aftermath, Entered),
    ];

    public override string ToString() => $"""
        requests      {Requests:N0}, in {Attempts.Count:N0} attempts
        acknowledged  {Acknowledged:N0}
        in doubt      {InDoubt:N0} attempts
        stored        {Aftermath.Events.Count:N0}
        seen          {string.Join("\n              ", Readings)}
        journeys      {Entered.Entries.Count:N0} entries, told of by {Journeys.Arrivals.Count:N0} webhooks, while {Journeys.Switches.Count:N0} times a journey was changed; {Entered.Intervals.Count(interval => interval.Cut is not null):N0} intervals cut
        """;
}
