using System.Diagnostics.Metrics;

namespace Flownally.Application.EventTypes;

/// <summary>Counts and times the decisions on schema changes, by basis.</summary>
internal sealed class SchemaDecisionMetrics(IMeterFactory meters)
{
    /// <summary>A proof decided.</summary>
    public const string Proof = "proof";

    /// <summary>A scan of the stored events decided.</summary>
    public const string Scan = "scan";

    /// <summary>The change was refused, because a scan of the stored events would take too much work.</summary>
    public const string TooComplex = "tooComplex";

    private readonly Counter<long> _decisions = meters.Create("Flownally").CreateCounter<long>(
        "flownally.schema.decisions", "{change}", "Changes of schemas that were decided, by basis.");

    private readonly Histogram<double> _durations = meters.Create("Flownally").CreateHistogram(
        "flownally.schema.decision.duration", "s", "How long it took to decide changes of schemas, by basis.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5, 10, 60, 300] });

    public void Add(string basis, TimeSpan duration)
    {
        var tag = new KeyValuePair<string, object?>("basis", basis);
        _decisions.Add(1, tag);
        _durations.Record(duration.TotalSeconds, tag);
    }
}
