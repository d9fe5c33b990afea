using System.Runtime.CompilerServices;
using Flownally.Application.Authorization;
using Flownally.Application.Paging;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using MediatR;
using Microsoft.Extensions.Options;

namespace Flownally.Application.Feed;

/// <summary>Reads a tenant's feed on from a cursor, without an end.</summary>
/// <param name="EventTypeId">Only events of this type; null for all.</param>
/// <param name="Cursor">Where to go on; null or empty for the beginning.</param>
/// <param name="LastEventId">The cursor that a reader which lost its stream had got to, in place of the other.</param>
[Requires(Scopes.EventList, OpenToViewers = true)]
public sealed record FollowFeed(Caller Caller, EventTypeId? EventTypeId, string? Cursor, string? LastEventId, PageSize PageSize)
    : TenantRequest(Caller), IRequest<Result<FollowedFeed>>;

/// <param name="Pages">
/// The first as soon as it is asked for, then one when there are events, and an empty one when there were none for
/// <see cref="FeedOptions.Heartbeat"/>. Ends when the cursor expires or the process is about to end.
/// </param>
/// <param name="Cursors">Write the places of the pages.</param>
public sealed record FollowedFeed(IAsyncEnumerable<FeedPage> Pages, FeedCursors Cursors);

internal sealed class FollowFeedHandler(IEventFeed feed, IFeedWatcher watcher, IFeedCursorKey key, IOptions<FeedOptions> options, TimeProvider clock)
    : IRequestHandler<FollowFeed, Result<FollowedFeed>>
{
    public async Task<Result<FollowedFeed>> Handle(FollowFeed request, CancellationToken cancellationToken)
    {
        var (name, cursor) = string.IsNullOrEmpty(request.LastEventId) ? ("cursor", request.Cursor) : ("Last-Event-ID", request.LastEventId);
        var cursors = await key.OpenAsync(cancellationToken);
        if (!cursors.TryRead(cursor, out var after))
        {
            return new CursorInvalid(name);
        }

        var first = await LookAsync(request, after, cancellationToken);
        return first.Match<Result<FollowedFeed>>(look => new FollowedFeed(FollowAsync(request, look, cancellationToken), cursors), error => error);
    }

    private async IAsyncEnumerable<FeedPage> FollowAsync(FollowFeed request, Look look, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return look.Page;
        for (var shown = clock.GetTimestamp(); ;)
        {
            var news = look.Page.IsLast ? await look.News.WithinAsync(UntilHeartbeat(shown), clock, cancellationToken) : true;
            if (news is false)
            {
                yield break;
            }

            // A thousand readers to whom nothing happens ask the database nothing.
            if (news is null && look.Recordings == watcher.Recordings)
            {
                yield return look.Page with { Events = [] };
                shown = clock.GetTimestamp();
                continue;
            }

            var next = await LookAsync(request, look.Page.Next, cancellationToken);
            if (!next.IsSuccess)
            {
                yield break;
            }

            look = next.Value;
            if (look.Page.Events.Count > 0 || UntilHeartbeat(shown) <= TimeSpan.Zero)
            {
                yield return look.Page;
                shown = clock.GetTimestamp();
            }
        }
    }

    private async Task<Result<Look>> LookAsync(FollowFeed request, FeedPlace? after, CancellationToken cancellationToken)
    {
        var (recordings, news) = (watcher.Recordings, watcher.NextAsync(request.TenantId));
        var view = await feed.ReadAsync(request.TenantId, request.EventTypeId, after, request.PageSize.Value, cancellationToken);
        return view.PageAfter(after, request.PageSize.Value).Match<Result<Look>>(page => new Look(page, recordings, news), error => error);
    }

    private TimeSpan UntilHeartbeat(long shown) => options.Value.Heartbeat - clock.GetElapsedTime(shown);

    /// <param name="Recordings">Before the page was read.</param>
    /// <param name="News">Of what happens since.</param>
    private sealed record Look(FeedPage Page, long Recordings, Task<bool> News);
}
