using Flownally.Application.Events;
using Flownally.Domain.Events;

namespace Flownally.Infrastructure.Recording;

/// <summary>Writes events, any number of them in one statement, which is one transaction.</summary>
internal interface IEventWriter
{
    /// <summary>Writes all that may be written.</summary>
    /// <param name="lane">Which counters of the types it adds to: statements in lanes of their own do not wait there for one another.</param>
    /// <returns>What became of each event, in their order.</returns>
    Task<IReadOnlyList<WriteOutcome>> WriteAsync(IReadOnlyList<Event> events, int lane, CancellationToken cancellationToken);
}

/// <summary>What became of an attempt to write an event.</summary>
internal abstract record WriteOutcome
{
    private WriteOutcome()
    {
    }

    /// <summary>It is decided: the caller can be told.</summary>
    public sealed record Final(AppendOutcome Outcome) : WriteOutcome
    {
        public static readonly Final Appended = new(AppendOutcome.Appended.Instance);

        public static readonly Final TypeMoved = new(new AppendOutcome.TypeMoved());
    }

    /// <summary>Another transaction is changing the type. Nothing was written; try again.</summary>
    public sealed record TypeLocked : WriteOutcome
    {
        public static readonly TypeLocked Instance = new();
    }

    /// <summary>The key is taken, but its event cannot be read yet or any more. Nothing was written; try again.</summary>
    public sealed record KeyUndecided : WriteOutcome
    {
        public static readonly KeyUndecided Instance = new();
    }
}

/// <summary>How long an event that could not be decided waits until it is tried again: twice as long each time, up to the longest.</summary>
internal static class RetryPause
{
    /// <summary>A change to a type holds its lock for milliseconds.</summary>
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(10);

    public static readonly TimeSpan Longest = TimeSpan.FromMilliseconds(250);
}
