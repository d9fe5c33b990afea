namespace Flownally.Load;

/// <summary>What is compared takes turns, so that whatever else the machine does meets all of it alike.</summary>
internal static class Rounds
{
    public const int Count = 3;

    /// <summary>Of one measurement.</summary>
    public const int Seconds = 5;

    public static async Task RunAsync(string what, Func<Task> round)
    {
        for (var i = 1; i <= Count; i++)
        {
            Program.Say($"{what}, round {i} of {Count}; other programs use {await Machine.BusyAsync():P0} of the CPU");
            await round();
        }
    }

    /// <summary>Warms up by the number of requests, because a just-in-time compiler counts calls, not seconds.</summary>
    public static async Task WarmUpAsync(int requests, Func<int, Task<Wrk>> run)
    {
        const int Slice = 3;
        for (var done = 0.0; done < requests;)
        {
            done += Slice * (await run(Slice)).PerSecond;
        }
    }
}
