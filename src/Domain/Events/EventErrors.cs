using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Events;

public sealed record EventNotFound(string Id) : Error("eventNotFound", "There is no event with this id.");

/// <summary>The payload breaks the schema of its event type; one violation for each fault.</summary>
public sealed record PayloadInvalid : Error
{
    public PayloadInvalid(EventType type, IReadOnlyList<PayloadFault> faults)
        : base("payloadInvalid", $"The payload does not fit version {type.SchemaVersion} of the schema of '{type.Name}'.") =>
        Violations = [.. faults.Select(fault => new FieldViolation("/payload" + fault.PayloadPointer, fault.Code, fault.Message))];
}

public sealed record PayloadTooLarge : Error
{
    public PayloadTooLarge(int bytes)
        : base("payloadTooLarge", $"The payload has {bytes} bytes; at most {Payload.MaxBytes} are stored.") =>
        Violations = [new FieldViolation("/payload", Code, Detail)];
}

/// <summary>The key of the body already stands for an event.</summary>
/// <param name="ExistingEventId">The event first recorded under the key.</param>
/// <param name="SameRequest">True where this request was identical, so that the caller can treat it as done.</param>
public sealed record IdempotencyKeyExists(EventId ExistingEventId, bool SameRequest) : Error("idempotencyKeyExists",
    SameRequest
        ? "This event was recorded before under the same idempotency key."
        : "Another event was recorded before under the same idempotency key.");

public sealed record IdempotencyKeyReused() : Error("idempotencyKeyReused",
    "The Idempotency-Key header stood on another request before; a new request needs a new key.");

public sealed record IdempotencyKeyConflict() : Error("idempotencyKeyConflict",
    "The Idempotency-Key header and the member `idempotencyKey` differ; send one of them, or both alike.");

/// <summary>More waits to be recorded than can be written soon.</summary>
public sealed record Overloaded() : Error("overloaded",
    "More is waiting to be recorded than can be written soon. Repeat the call later, under its idempotency key.");

public sealed record CursorInvalid : Error
{
    public CursorInvalid(string parameter)
        : base("cursorInvalid", "The text is no cursor of the feed. Pass one on as it came, or begin without one.") =>
        Violations = [new FieldViolation(parameter, Code, Detail)];
}

/// <summary>What follows the cursor is not all there any more, or never was in this history.</summary>
/// <param name="IsAhead">Whether the cursor lies ahead of all that was recorded.</param>
public sealed record CursorExpired(bool IsAhead = false) : Error("cursorExpired", IsAhead
    ? "The cursor lies ahead of the feed: it comes from before an older state of the database was restored. Begin without a cursor."
    : "Events that follow the cursor are no longer kept. Begin without a cursor.");
