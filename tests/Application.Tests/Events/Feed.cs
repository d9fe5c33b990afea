using Flownally.Application.Events;
using Flownally.Application.EventTypes;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Tests.Events;

/// <summary>A feed that shows what a test prepares, look by look, the last for ever; and whose readers are woken by hand.</summary>
internal sealed class Feed(params FeedView[] looks) : IEventFeed, IFeedWatcher
{
    private TaskCompletionSource<bool> _next = new();

    /// <summary>Where each look began.</summary>
    public List<FeedPlace?> Reads { get; } = [];

    public long Recordings { get; set; }

    public Task<FeedView> ReadAsync(TenantId tenant, EventTypeId? type, FeedPlace? after, int limit, CancellationToken cancellationToken)
    {
        Reads.Add(after);
        return Task.FromResult(looks[Math.Min(Reads.Count, looks.Length) - 1]);
    }

    public Task<bool> NextAsync(TenantId tenant) => _next.Task;

    public void Wake(bool news = true)
    {
        var woken = _next;
        _next = new TaskCompletionSource<bool>();
        woken.SetResult(news);
    }

    public static FeedPlace Place(long transaction) => new(transaction, 1);

    /// <summary>A look that shows events in these transactions, where 10 is dropped, 50 can be read, and 100 cannot.</summary>
    public static FeedView View(params long[] transactions) => Until(null, transactions);

    public static FeedView Until(FeedPlace? reached, params long[] transactions) => new(
        [.. transactions.Select(transaction => new FeedEvent(Place(transaction), new EventResponse { EventTypeName = "order.paid" }))],
        reached, Place(50), Place(10), new FeedHorizon(100));
}
