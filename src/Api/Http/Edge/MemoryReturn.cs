namespace Flownally.Api.Http.Edge;

/// <summary>
/// Gives memory back to the system once the calls that took it are over. The runtime itself gives it back when it collects, which under
/// light traffic it does not do for hours.
/// </summary>
internal sealed class MemoryReturn(TimeProvider time) : BackgroundService
{
    /// <summary>Of what is allocated between two looks. A process that allocates more uses its memory, and collecting would hold it up.</summary>
    private const long LightTraffic = 256L * 1024 * 1024;

    /// <summary>Pools of arrays let go of what was not used for a while when they see several collections.</summary>
    private const int CollectionsAfterBusyTime = 5;

    private static readonly TimeSpan BetweenLooks = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(BetweenLooks, time);
        var (allocated, due) = (GC.GetTotalAllocatedBytes(), 0);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var before = allocated;
            allocated = GC.GetTotalAllocatedBytes();
            if (allocated - before > LightTraffic)
            {
                due = CollectionsAfterBusyTime;
            }
            else if (due > 0)
            {
                due--;
                GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
            }
        }
    }
}
