namespace Flownally.Api.Http.Edge;

/// <summary>
/// Returns memory to the system after busy times. The runtime returns memory when it collects garbage, which it may not do for hours under
/// light traffic.
/// </summary>
internal sealed class MemoryReturn(TimeProvider time) : BackgroundService
{
    /// <summary>A process that allocates more than this in an interval is busy, and a collection would delay it.</summary>
    private const long MaxIdleBytes = 256L * 1024 * 1024;

    /// <summary>Array pools release unused arrays after several collections.</summary>
    private const int CollectionsAfterBusyTime = 5;

    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        var (allocated, due) = (GC.GetTotalAllocatedBytes(), 0);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var before = allocated;
            allocated = GC.GetTotalAllocatedBytes();
            if (allocated - before > MaxIdleBytes)
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
