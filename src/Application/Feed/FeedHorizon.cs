namespace Flownally.Application.Feed;

/// <summary>
/// A place in the feed's order of transactions: everything before it had ended when it was taken. What is recorded
/// later stands at or behind it.
/// </summary>
public readonly record struct FeedHorizon(long TransactionId)
{
    public static readonly FeedHorizon Beginning = new(0);
}
