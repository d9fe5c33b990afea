namespace Flownally.Infrastructure.Events;

/// <summary>The section <c>Recording</c> of the configuration.</summary>
public sealed class RecordingOptions
{
    /// <summary>False gives each event a transaction of its own, which is slower: for comparison.</summary>
    public bool GroupCommit { get; set; } = true;

    /// <summary>
    /// How many events may wait to be written. A tenant may have at most half of them waiting; beyond its share its calls are answered with
    /// 503 <c>overloaded</c>.
    /// </summary>
    public int MaxWaiting { get; set; } = 4_096;
}
