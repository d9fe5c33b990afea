namespace Flownally.Application.Feed;

/// <summary>
/// A place in the feed's order of transactions. When it was read, all earlier transactions had ended, so later events are at or
/// after it.
/// </summary>
public readonly record struct FeedHorizon(long TransactionId)
{
    public static readonly FeedHorizon Beginning = new(0);
}
