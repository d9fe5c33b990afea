using Flownally.Domain.Events;

namespace Flownally.Load.Crash;

/// <summary>A promise that was broken, with what to look for in the history and the database.</summary>
internal abstract record Violation;

/// <summary>A client was told that this event stands for its request, and it is not stored as that.</summary>
internal sealed record Lost(string Marker, EventId Event) : Violation;

/// <summary>One request was recorded more than once.</summary>
internal sealed record StoredTwice(string Marker, int Times) : Violation;

/// <summary>Nobody asked for this event.</summary>
internal sealed record FromNowhere(string Marker, EventId Event) : Violation;

/// <summary>Every answer to the request said that nothing had been recorded.</summary>
internal sealed record RefusedYetStored(string Marker, EventId Event) : Violation;

/// <summary>What is stored is not what was asked for.</summary>
internal sealed record StoredOtherwise(Request Asked, StoredEvent Stored) : Violation;

internal sealed record KeyOnTwoEvents(string Key) : Violation;

/// <summary>The event that bears the key and the event that the key stands for are not one.</summary>
internal sealed record KeyAstray(string Key) : Violation;

internal sealed record Miscounted(string EventType, long Counted, long Stored) : Violation;

internal sealed record PositionShared(long Position) : Violation;

/// <summary>The first event had been acknowledged before the second was sent, and yet stands behind it.</summary>
internal sealed record OutOfOrder(string AcknowledgedFirst, string SentLater) : Violation;

/// <summary>The feed's clock was put forward although nothing was restored; readers may go past what is not committed yet.</summary>
internal sealed record ClockMoved(long Offset) : Violation;

/// <summary>A list shows other events than are stored, or one of them twice, or counts them wrong.</summary>
internal sealed record ListDiffers(string List, int Missing, int Surplus, long TotalSize, int Stored) : Violation;

/// <summary>The list of all events is not by id, descending.</summary>
internal sealed record NotNewestFirst(string List) : Violation;

/// <summary>An acknowledged event is not found by its id, or is found as another one.</summary>
internal sealed record NotReadable(string Marker, EventId Event) : Violation;

/// <summary>The contract allows no such answer.</summary>
internal sealed record AnsweredWrongly(string Marker, string Words) : Violation;

/// <summary>So many events that a reader of the feed wanted are stored and were never shown to it; this is the first of them.</summary>
internal sealed record NotSeen(string Reader, EventId First, int Events) : Violation;

/// <summary>A reader that went on from its own last cursor was shown an event again.</summary>
internal sealed record SeenTwice(string Reader, EventId Event, int Times) : Violation;

/// <summary>A reader was shown an event that is not stored, or not of the type that it had asked for.</summary>
internal sealed record SeenFromNowhere(string Reader, EventId Event) : Violation;

/// <summary>A reader was shown the first event right before the second, and yet it is stored behind it.</summary>
internal sealed record SeenInOtherOrder(string Reader, EventId SeenFirst, EventId StoredFirst) : Violation;

/// <summary>The first event had been acknowledged before the second was sent, and yet a reader was shown the second before it.</summary>
internal sealed record SeenOutOfOrder(string Reader, string AcknowledgedFirst, string SentLater) : Violation;

/// <summary>The contract allows no such answer to a reader.</summary>
internal sealed record ReaderAnsweredWrongly(string Reader, string Words) : Violation;

/// <summary>An event that a journey had to react to made nobody enter.</summary>
internal sealed record NotEntered(string Journey, EventId Event) : Violation;

/// <summary>A contact entered with an event that the journey does not react to, or not for this contact, or a second time.</summary>
internal sealed record EnteredWrongly(string Journey, EventId Event) : Violation;

/// <summary>The first entry's id is the smaller one, and yet its event comes later in the feed.</summary>
internal sealed record EnteredOutOfOrder(string First, string Second) : Violation;

/// <summary>No webhook told of the entry, or the service does not know that one did.</summary>
internal sealed record NotDelivered(string Entry, string State) : Violation;

/// <summary>The signature of a webhook is not the one that the journey's secret makes.</summary>
internal sealed record NotSigned(string Webhook) : Violation;

/// <summary>A webhook told of no entry, of another than its id says, or not in the words of its first attempt.</summary>
internal sealed record ToldOtherwise(string Webhook, string Body) : Violation;

/// <summary>The second entry of a contact into a journey was told of for the first time before the first one was.</summary>
internal sealed record ToldOutOfOrder(string ToldFirst, string EnteredFirst) : Violation;
