using System.Runtime.CompilerServices;
using Flownally.Application.Authorization;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using MediatR;
using Microsoft.Extensions.Options;

namespace Flownally.Application.Feed;

/// <summary>Streams a tenant's feed from a cursor on, without an end.</summary>
/// <param name="EventTypeId">Only events of this type; null for all types.</param>
/// <param name="Cursor">A cursor, or <see cref="FeedStart.Latest"/>; null or empty for none.</param>
/// <param name="LastEventId">The last cursor of an interrupted stream; it takes precedence over <paramref name="Cursor"/>.</param>
/// <param name="StartAt">Without a cursor: events that were created at this time or later are not missed. Null for the beginning.</param>
[Requires(Scopes.EventList, OpenToViewers = true)]
public sealed record FollowFeed(Caller Caller, EventTypeId? EventTypeId, string? Cursor, string? LastEventId, PageSize PageSize,
    DateTimeOffset? StartAt = null)
    : TenantRequest(Caller), IRequest<Result<FollowedFeed>>;

/// <param name="Pages">
/// The first page comes at once. Later pages come when there are events, and an empty one after each
/// <see cref="FeedOptions.Heartbeat"/> without events. The stream ends when the cursor expires or the process stops.
/// </param>
/// <param name="Cursors">Writes the cursors of the pages.</param>
public sealed record FollowedFeed(IAsyncEnumerable<FeedPage> Pages, FeedCursors Cursors);

internal sealed class FollowFeedHandler(IEventFeed feed, IFeedWatcher watcher, IFeedCursorKey key, IOptions<FeedOptions> options,
    TimeProvider clock) : IRequestHandler<FollowFeed, Result<FollowedFeed>>
{
    public async Task<Result<FollowedFeed>> Handle(FollowFeed request, CancellationToken cancellationToken)
    {
        var start = string.IsNullOrEmpty(request.LastEventId)
            ? new FeedStart(request.Cursor, request.StartAt)
            : new FeedStart(request.LastEventId, Name: "Last-Event-ID");
        var cursors = await key.OpenAsync(cancellationToken);
        var found = await start.FindAsync(request.TenantId, feed, cursors, cancellationToken);
        if (!found.IsSuccess)
        {
            return found.Error;
        }

        var first = await ReadAsync(request, found.Value, cancellationToken);
        return first.Match<Result<FollowedFeed>>(
            read => new FollowedFeed(FollowAsync(request, read, cancellationToken), cursors), error => error);
    }

    private async IAsyncEnumerable<FeedPage> FollowAsync(FollowFeed request, PageRead read,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return read.Page;
        for (var lastSent = clock.GetTimestamp(); ;)
        {
            var hasNews = read.Page.IsLast ? await read.NextEvents.WithinAsync(UntilHeartbeat(lastSent), clock, cancellationToken) : true;
            if (hasNews is false)
            {
                yield break;
            }

            // Nothing was recorded, so an idle reader costs no query.
            if (hasNews is null && read.Recordings == watcher.Recordings)
            {
                yield return read.Page with { Events = [] };
                lastSent = clock.GetTimestamp();
                continue;
            }

            var next = await ReadAsync(request, read.Page.Next, cancellationToken);
            if (!next.IsSuccess)
            {
                yield break;
            }

            read = next.Value;
            if (read.Page.Events.Count > 0 || UntilHeartbeat(lastSent) <= TimeSpan.Zero)
            {
                yield return read.Page;
                lastSent = clock.GetTimestamp();
            }
        }
    }

    private async Task<Result<PageRead>> ReadAsync(FollowFeed request, FeedPlace? after, CancellationToken cancellationToken)
    {
        var (recordings, nextEvents) = (watcher.Recordings, watcher.NextAsync(request.TenantId));
        var view = await feed.ReadAsync(request.TenantId, request.EventTypeId, after, request.PageSize.Value, cancellationToken);
        return view.PageAfter(after, request.PageSize.Value)
            .Match<Result<PageRead>>(page => new PageRead(page, recordings, nextEvents), error => error);
    }

    private TimeSpan UntilHeartbeat(long lastSent) => options.Value.Heartbeat - clock.GetElapsedTime(lastSent);

    /// <param name="Recordings">The number of recordings before the read.</param>
    /// <param name="NextEvents">Completes when there are events after the page.</param>
    private sealed record PageRead(FeedPage Page, long Recordings, Task<bool> NextEvents);
}
