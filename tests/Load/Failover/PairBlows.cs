using Flownally.Load.Crash;

namespace Flownally.Load.Failover;

/// <summary>Deals blows to a pair, and does what an operator does then.</summary>
/// <param name="synchronous">Whether a failover may lose nothing.</param>
internal sealed class PairBlows(Pair pair, bool synchronous, Outages outages)
{
    /// <summary>For how long commits miss the standby, or the copy.</summary>
    private static readonly TimeSpan Behind = TimeSpan.FromMilliseconds(700);

    /// <summary>Between the blow and the promotion: no answer of the old primary is under way any more.</summary>
    private static readonly TimeSpan Discovery = TimeSpan.FromMilliseconds(500);

    public async Task<Failover> DealAsync(FailoverBlow blow)
    {
        var restores = blow is FailoverBlow.Restored or FailoverBlow.RestoredTwice or FailoverBlow.SnapshotRestored;
        var from = restores ? await pair.BackUpAsync() : await pair.CatchUpAsync();
        switch (blow)
        {
            case FailoverBlow.PrimaryPaused:
                await pair.Primary.PauseAsync();
                break;
            case FailoverBlow.PrimaryCutOff:
                await pair.Primary.CutOffAsync();
                break;
            case FailoverBlow.StandbyBehind:
                await pair.CutStandbyOffAsync();
                await Task.Delay(Behind);
                await pair.Primary.KillAsync();
                break;
            case FailoverBlow.RestoredTwice:
                await KillBothAsync();
                var restored = outages.Begin();
                await pair.RestoreAsync(newTimeline: true);
                await outages.EndAsync(restored, Nothing);
                await KillBothAsync();
                break;
            default:
                await (restores ? KillBothAsync() : pair.Primary.KillAsync());
                break;
        }

        await Task.Delay(Discovery);
        var ordered = outages.Begin();
        await (restores ? pair.RestoreAsync(newTimeline: blow != FailoverBlow.SnapshotRestored) : pair.PromoteAsync());
        var loss = synchronous ? null : new Loss(from, History.Now);
        var (first, all, helped) = await outages.EndAsync(ordered, blow is FailoverBlow.PrimaryPaused or FailoverBlow.PrimaryCutOff ? pair.Standby.KillAsync : Nothing);
        await (restores ? pair.CloneAsync() : pair.RejoinAsync());
        return new Failover(blow, first, all, helped, loss);
    }

    private static Task Nothing() => Task.CompletedTask;

    private async Task KillBothAsync()
    {
        await Task.Delay(Behind);
        await pair.Standby.KillAsync();
        await pair.Primary.KillAsync();
    }
}
