namespace Flownally.Load;

/// <summary>
/// What is compared takes turns, in one order and then the other, so that whatever else the machine does meets all of it alike. Its
/// neighbours come and go within seconds: more and shorter rounds tell more than fewer and longer ones.
/// </summary>
internal static class Rounds
{
    /// <param name="report">What the last round has shown, in a line.</param>
    /// <param name="turns">What one round consists of.</param>
    public static async Task RunAsync(string what, int count, Func<string> report, params Func<Task>[] turns)
    {
        Program.Say($"{what}; other programs use {await Machine.BusyAsync():P0} of the CPU");
        for (var i = 1; i <= count; i++)
        {
            foreach (var turn in i % 2 == 1 ? turns : turns.Reverse())
            {
                await turn();
            }

            Program.Say($"  {i} of {count}: {report()}");
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
