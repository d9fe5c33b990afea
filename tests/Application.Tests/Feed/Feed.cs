using System.Collections.Concurrent;
using Flownally.Application.Events;
using Flownally.Application.Feed;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Time.Testing;

namespace Flownally.Application.Tests.Feed;

/// <summary>A feed that shows what a test prepares, look by look, the last for ever; and whose readers are woken by hand.</summary>
internal sealed class Feed(params FeedView[] looks) : IEventFeed, IFeedWatcher, IFeedCursorKey
{
    public static readonly FeedCursors Cursors = new(new byte[FeedCursors.KeyBytes], plainBefore: 0);

    private TaskCompletionSource<bool> _next = new();

    private readonly ConcurrentQueue<FeedPlace?> _reads = [];

    /// <summary>Where each look began.</summary>
    public IReadOnlyCollection<FeedPlace?> Reads => _reads;

    public long Recordings { get; set; }

    public Task<FeedView> ReadAsync(TenantId tenant, EventTypeId? type, FeedPlace? after, int limit, CancellationToken cancellationToken)
    {
        _reads.Enqueue(after);
        return Task.FromResult(looks[Math.Min(_reads.Count, looks.Length) - 1]);
    }

    public Task<FeedPlace> PlaceBeforeAsync(TenantId tenant, DateTimeOffset createdFrom, CancellationToken cancellationToken) =>
        Task.FromResult(new FeedPlace(createdFrom.ToUnixTimeSeconds(), 0));

    public Task<bool> NextAsync(TenantId tenant) => _next.Task;

    public Task<bool> NextAsync() => _next.Task;

    public ValueTask<FeedCursors> OpenAsync(CancellationToken cancellationToken) => new(Cursors);

    public void Wake(bool news = true) => Interlocked.Exchange(ref _next, new TaskCompletionSource<bool>()).SetResult(news);

    /// <summary>Wakes a reader, and waits until it has looked again or is done.</summary>
    public async Task WakeAsync(Task reader)
    {
        var looks = Reads.Count;
        Wake();
        while (Reads.Count == looks && !reader.IsCompleted)
        {
            await Task.Delay(1);
        }
    }

    /// <summary>Lets time pass until something is done.</summary>
    /// <returns>How much passed, at the most.</returns>
    public static async Task<TimeSpan> PassAsync(FakeTimeProvider clock, Task task)
    {
        var begin = clock.GetTimestamp();
        while (!task.IsCompleted)
        {
            Assert.That(clock.GetElapsedTime(begin), Is.LessThan(TimeSpan.FromHours(1)));
            clock.Advance(TimeSpan.FromMilliseconds(100));
            await Task.Delay(1);
        }

        return clock.GetElapsedTime(begin);
    }

    public static FeedPlace Place(long transaction) => new(transaction, 1);

    public static string Cursor(long transaction) => Cursors.Write(Place(transaction));

    public static FeedPlace? PlaceOf(string cursor) => Cursors.TryRead(cursor, out var place) ? place : throw new FormatException(cursor);

    /// <summary>A look that shows events in these transactions, where 10 is dropped, 50 can be read, and 100 cannot.</summary>
    public static FeedView View(params long[] transactions) => Until(null, transactions);

    public static FeedView Until(FeedPlace? reached, params long[] transactions) => new(
        [.. transactions.Select(transaction => new FeedEvent(Place(transaction), new EventResponse { EventTypeName = "order.paid" }))],
        reached, Place(50), Place(10), new FeedHorizon(100));
}
