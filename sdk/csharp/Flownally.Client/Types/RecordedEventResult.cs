using System.Text.Json.Serialization;

namespace Flownally.Client;

public partial class RecordedEventResult
{
    /// <summary>Whether the event was recorded by an earlier call under the same idempotency key.</summary>
    [JsonIgnore]
    public bool WasReplayed { get; set; }

    /// <summary>Whether the event was refused for no fault of its own, so that the same may be taken later.</summary>
    internal bool IsPassing => Status is 429 or >= 500;

    /// <returns>The result; where the same event stands under its key already, as the single call tells of it.</returns>
    internal RecordedEventResult CountedAsReplay() =>
        Problem is { Code: "idempotencyKeyExists", SameRequest: true, ExistingEventId: { } id }
            ? new RecordedEventResult { Status = 201, Id = id, WasReplayed = true }
            : this;
}
