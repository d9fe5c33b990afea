namespace Flownally.Domain.Schemas;

/// <summary>
/// The work budget of one check. The check is charged for bytes, names, comparisons and steps of patterns, and is abandoned when the
/// budget is spent. So the same payload and schema always get the same verdict, whatever the load of the machine. A timeout or a
/// cancellation ends a check by an exception.
/// </summary>
public sealed class Work
{
    /// <summary>For one payload, about half a second. It suffices for 64 KiB and a schema without branches and reused references.</summary>
    public const long PerPayload = 110_000_000;

    /// <summary>For the payloads of one call. When it is spent, no further check begins.</summary>
    public const long PerCall = 50_000_000;

    /// <summary>For one proof, about 50 ms.</summary>
    public const long PerProof = 10_000_000;

    private const long UnitsBetweenTimeChecks = 500_000;

    /// <summary>On a machine that is too busy to finish a check in this time, the caller no longer waits.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(10);

    private readonly CancellationToken _caller;
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private readonly long _units;
    private long _left;
    private long _nextTimeCheck;

    /// <param name="units">The budget. A unit takes some nanoseconds.</param>
    /// <param name="cancellationToken">Cancels the check.</param>
    public Work(long units, CancellationToken cancellationToken = default) =>
        (_units, _left, _nextTimeCheck, _caller) = (units, units, units - UnitsBetweenTimeChecks, cancellationToken);

    /// <summary>Whether the budget is spent. The verdict of the check is then invalid.</summary>
    public bool IsSpent => _left < 0;

    /// <summary>The work so far.</summary>
    public long Spent => _units - Math.Max(_left, 0);

    /// <summary>Charges work that is done or about to be done.</summary>
    /// <returns>False if the budget is spent.</returns>
    /// <exception cref="OperationCanceledException">The caller cancelled the check.</exception>
    /// <exception cref="WorkTimedOutException">The check has taken 10 seconds.</exception>
    public bool Spend(long units)
    {
        if (_left >= 0)
        {
            _left -= units;
            if (_left < _nextTimeCheck)
            {
                CheckTime();
            }
        }

        return _left >= 0;
    }

    /// <summary>Like <see cref="Spend"/>, for code that cannot return a result.</summary>
    /// <exception cref="WorkSpentException">The budget is spent.</exception>
    internal void Require(long units)
    {
        if (!Spend(units))
        {
            throw new WorkSpentException();
        }
    }

    private void CheckTime()
    {
        _nextTimeCheck = _left - UnitsBetweenTimeChecks;
        _caller.ThrowIfCancellationRequested();
        if (TimeProvider.System.GetElapsedTime(_start) > Timeout)
        {
            throw new WorkTimedOutException();
        }
    }
}

/// <summary>The machine is too busy to finish a check in time.</summary>
public sealed class WorkTimedOutException() : Exception("A check of a payload or schema took too long.");

/// <summary>Ends a proof whose budget is spent. The proof catches it.</summary>
internal sealed class WorkSpentException : Exception;
