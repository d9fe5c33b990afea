namespace Flownally.Load;

/// <summary>What was measured, and what it is compared with.</summary>
internal sealed record Figure(double Value, double Baseline)
{
    public double Ratio => Value / Baseline;

    public static Figure OfMedians(IEnumerable<double> values, IEnumerable<double> baselines) => new(Median(values), Median(baselines));

    /// <summary>
    /// Of the round whose ratio is the middle one. Where what is compared differs by less than the machine does from one second to the
    /// next, only the two that were measured side by side can be compared. The number of rounds is odd.
    /// </summary>
    public static Figure OfMiddleRound(IEnumerable<double> values, IEnumerable<double> baselines)
    {
        var rounds = values.Zip(baselines, (value, baseline) => new Figure(value, baseline)).OrderBy(round => round.Ratio).ToList();
        return rounds[rounds.Count / 2];
    }

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
