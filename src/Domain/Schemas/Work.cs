namespace Flownally.Domain.Schemas;

/// <summary>
/// What one check may cost. It is charged for what is looked at: bytes, names, comparisons, the steps of a pattern. Where it is spent the
/// check is given up; so the same payload and schema always come to the same verdict, whatever the machine does. Time only ever ends a
/// check by an exception, and so does the caller that goes.
/// </summary>
public sealed class Work
{
    /// <summary>
    /// For one payload: more than 64 KiB need under any schema without branches and repeated references, and done in about half a second.
    /// </summary>
    public const long PerPayload = 110_000_000;

    /// <summary>For the payloads of one call: once it is done, no further one is begun.</summary>
    public const long PerCall = 50_000_000;

    /// <summary>For one proof: some 50 ms.</summary>
    public const long PerProof = 10_000_000;

    private const long BetweenLooks = 500_000;

    /// <summary>Where a machine is so busy that a check takes longer, its caller no longer waits.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly CancellationToken _caller;
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly long _units;
    private long _left;
    private long _nextLook;

    /// <param name="units">How much may be done. A unit takes some nanoseconds.</param>
    /// <param name="cancellationToken">Ends when the caller gives up.</param>
    public Work(long units, CancellationToken cancellationToken = default) =>
        (_units, _left, _nextLook, _caller) = (units, units, units - BetweenLooks, cancellationToken);

    /// <summary>Whether there was too much to do: then a verdict is worth nothing.</summary>
    public bool IsSpent => _left < 0;

    /// <summary>How much was done.</summary>
    public long Spent => _units - Math.Max(_left, 0);

    /// <summary>Takes note of some work that is done or about to be done.</summary>
    /// <returns>False once there was too much.</returns>
    /// <exception cref="OperationCanceledException">The caller gave up.</exception>
    /// <exception cref="WorkTimedOutException">The check has taken 10 seconds.</exception>
    public bool Spend(long some)
    {
        if (_left >= 0)
        {
            _left -= some;
            if (_left < _nextLook)
            {
                Look();
            }
        }

        return _left >= 0;
    }

    /// <summary>As <see cref="Spend"/>, for what has no result to give up with.</summary>
    /// <exception cref="WorkSpentException">There was too much.</exception>
    internal void Require(long some)
    {
        if (!Spend(some))
        {
            throw new WorkSpentException();
        }
    }

    private void Look()
    {
        _nextLook = _left - BetweenLooks;
        _caller.ThrowIfCancellationRequested();
        if (TimeProvider.System.GetElapsedTime(_start) > Patience)
        {
            throw new WorkTimedOutException();
        }
    }
}

/// <summary>The machine is too busy to come to a verdict while the caller waits.</summary>
public sealed class WorkTimedOutException() : Exception("A check of a payload or schema took too long.");

/// <summary>A proof is given up. It never leaves the proof.</summary>
internal sealed class WorkSpentException : Exception;
