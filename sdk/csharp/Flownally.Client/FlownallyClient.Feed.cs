using System.Runtime.CompilerServices;

namespace Flownally.Client;

public partial class FlownallyClient
{
    /// <summary>Seconds; the longest that the service lets a reader of the feed wait.</summary>
    private const int LongestWait = 30;

    /// <summary>
    /// The feed, each event once, without an end: a page as soon as there are events, and an empty one when there were none for half
    /// a minute. Store its <c>NextCursor</c> once you are done with its events, and begin there the next time. While the service is
    /// away, restarts, or limits the rate of calls, the loop waits and then goes on at its cursor; cancel it to end it.
    /// </summary>
    /// <param name="cursor">Where to begin; null for the first event there is.</param>
    /// <param name="pageSize">How many events a page holds at most, 1 to 200; null leaves it to the service.</param>
    /// <exception cref="FlownallyException">
    /// The service refused the call; <c>cursorExpired</c> where events that follow the cursor are gone.
    /// </exception>
    /// <exception cref="HttpRequestException">The certificate of the service is not trusted.</exception>
    public async IAsyncEnumerable<FeedResponse> FollowEventFeedAsync(
        string? cursor = null,
        string? eventTypeId = null,
        int? pageSize = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var page = await ReadFeedAsync(cursor, eventTypeId, pageSize, cancellationToken).ConfigureAwait(false);
            yield return page;
            cursor = page.NextCursor;
        }
    }

    private async Task<FeedResponse> ReadFeedAsync(string? cursor, string? eventTypeId, int? pageSize, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                return await GetEventFeedAsync(
                    cursor: cursor, pageSize: pageSize, wait: LongestWait, eventTypeId: eventTypeId, cancellationToken: cancellationToken)
                    .ConfigureAwait(false);
            }
            catch (Exception exception) when (Retries.IsOutage(exception) && !cancellationToken.IsCancellationRequested)
            {
                var asked = (exception as FlownallyException)?.RetryAfter ?? TimeSpan.Zero;
                var pause = Retries.Pause(attempt);
                await Task.Delay(asked > pause ? asked : pause, cancellationToken).ConfigureAwait(false);
            }
        }
    }
}
