using Flownally.Load.Crash;

namespace Flownally.Load.Failover;

/// <summary>What can befall a primary.</summary>
internal enum FailoverBlow
{
    /// <summary>The primary is killed whole.</summary>
    PrimaryKilled,

    /// <summary>The primary stands still with all its connections, as on a machine that hangs. It is killed once the service has moved on.</summary>
    PrimaryPaused,

    /// <summary>The network to the primary is broken: nothing arrives, and nobody is told. It is killed once the service has moved on.</summary>
    PrimaryCutOff,

    /// <summary>The primary is killed after its standby had received nothing for a while.</summary>
    StandbyBehind,

    /// <summary>Both servers are killed, and an older copy takes their place on a new timeline.</summary>
    Restored,

    /// <summary>The same copy is restored once more after a while: the second new timeline has the number of the first.</summary>
    RestoredTwice,

    /// <summary>Both servers are killed, and a snapshot of the disk is started. It stays on the same timeline.</summary>
    SnapshotRestored,

    /// <summary>The primary is told to change places with the standby.</summary>
    Switchover,
}

/// <summary>A failover that was dealt.</summary>
/// <param name="First">From the order to promote until the service recorded an event.</param>
/// <param name="All">From the order to promote until every process of the service had recorded an event.</param>
/// <param name="Helped">Whether the service moved on only after the paused server was killed.</param>
/// <param name="Loss">Null where nothing may be lost.</param>
internal sealed record Failover(FailoverBlow Blow, TimeSpan First, TimeSpan All, bool Helped, Loss? Loss);

/// <summary>The service did not turn to the new primary for as long as the old one stood still beside it.</summary>
internal sealed record NotMovedOn(FailoverBlow Blow) : Violation;

/// <summary>Deals failovers, each after the service has got over the last one.</summary>
/// <param name="deal">Returns when the next can be dealt.</param>
internal sealed class Failovers(Func<FailoverBlow, Task<Failover>> deal, Random random, Action<string> say)
{
    private const int ShortestPause = 1_000;
    private const int LongestPause = 3_000;

    private readonly List<Failover> _dealt = [];

    public IReadOnlyList<Failover> Dealt => _dealt;

    /// <summary>Deals each blow once in every round, in any order.</summary>
    /// <exception cref="TimeoutException">A process of the service did not come back.</exception>
    public async Task RunAsync(IReadOnlyList<FailoverBlow> blows, int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var order = blows.ToArray();
            random.Shuffle(order);
            foreach (var blow in order)
            {
                await Task.Delay(random.Next(ShortestPause, LongestPause));
                var failover = await deal(blow);
                _dealt.Add(failover);
                say($"{blow}: recorded again {failover.First.TotalSeconds:0.00} s after the order to promote, by all processes after {failover.All.TotalSeconds:0.00} s");
            }
        }

        await Task.Delay(LongestPause);
    }
}
