using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;

namespace Flownally.Domain.Events;

public sealed record EventNotFound(string Id) : Error("eventNotFound", "There is no event with this id.");

/// <summary>The payload does not fit the schema of its event type. There is one violation for each fault.</summary>
public sealed record PayloadInvalid : Error
{
    public PayloadInvalid(EventType type, IReadOnlyList<PayloadFault> faults)
        : base("payloadInvalid", $"The payload does not fit version {type.SchemaVersion} of the schema of '{type.Name}'.") =>
        Violations = [.. faults.Select(fault => new FieldViolation("/payload" + fault.PayloadPointer, fault.Code, fault.Message))];
}

public sealed record PayloadTooLarge : Error
{
    public PayloadTooLarge(int bytes)
        : base("payloadTooLarge", $"The payload has {bytes} bytes; the limit is {Payload.MaxBytes}.") =>
        Violations = [new FieldViolation("/payload", Code, Detail)];
}

/// <summary>An event is already recorded under the idempotency key.</summary>
/// <param name="SameRequest">Whether that event came from an identical request, so that the caller can treat this one as done.</param>
public sealed record IdempotencyKeyExists(EventId ExistingEventId, bool SameRequest) : Error("idempotencyKeyExists",
    SameRequest
        ? "This event is already recorded under the same idempotency key."
        : "Another event is already recorded under the same idempotency key.");

public sealed record IdempotencyKeyReused() : Error("idempotencyKeyReused",
    "The Idempotency-Key header was sent with another request before. A new request needs a new key.");

public sealed record IdempotencyKeyConflict() : Error("idempotencyKeyConflict",
    "The Idempotency-Key header and the member `idempotencyKey` differ. Send one of them, or the same value in both.");

/// <summary>The queue of events to record is full.</summary>
public sealed record Overloaded() : Error("overloaded",
    "Too many events are waiting to be recorded. Retry later with the same idempotency key.");

public sealed record CursorInvalid : Error
{
    public CursorInvalid(string parameter)
        : base("cursorInvalid", "The text is not a cursor of the feed. Send a cursor as you received it, or start without one.") =>
        Violations = [new FieldViolation(parameter, Code, Detail)];
}

/// <summary>Events after the cursor are deleted, or the cursor belongs to a state of the database that no longer exists.</summary>
/// <param name="IsAhead">Whether the cursor lies after the end of the feed.</param>
public sealed record CursorExpired(bool IsAhead = false) : Error("cursorExpired", IsAhead
    ? "The cursor lies ahead of the feed, because an older state of the database was restored. Start without a cursor."
    : "Events after the cursor are no longer stored. Start without a cursor.");
