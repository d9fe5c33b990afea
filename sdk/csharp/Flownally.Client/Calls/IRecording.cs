namespace Flownally.Client;

/// <summary>A body with events to record.</summary>
internal interface IRecording
{
    /// <summary>Whether each event has an idempotency key, so that a repeat of the call records nothing twice.</summary>
    bool HasKeys { get; }
}
