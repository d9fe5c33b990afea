namespace Flownally.Infrastructure.Recording;

/// <summary>Whether this process can record at all.</summary>
public interface IRecordingProbe
{
    /// <summary>True once recording has failed for good: the process is about to end.</summary>
    bool HasFailed { get; }
}
