namespace Flownally.Load;

/// <summary>What was measured, and what it is compared with.</summary>
internal sealed record Figure(double Value, double Baseline)
{
    public double Ratio => Value / Baseline;

    public static Figure OfMedians(IEnumerable<double> values, IEnumerable<double> baselines) => new(Median(values), Median(baselines));

    private static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToList();
        return (sorted[(sorted.Count - 1) / 2] + sorted[sorted.Count / 2]) / 2;
    }
}
