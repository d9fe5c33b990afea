using System.Runtime.InteropServices;

namespace Flownally.Api.CommandLine;

/// <summary>How the kernel gives this process its turns: https://man7.org/linux/man-pages/man7/sched.7.html.</summary>
internal static class Scheduling
{
    private const int CallingThread = 0;
    private const int Other = 0;
    private const int Batch = 3;

    /// <summary>
    /// Has the calling thread, and those that come of it, wait for their turn when they wake, instead of interrupting what runs: that
    /// would often be PostgreSQL where both share the cores, and on its statement all of them wait. A policy that was chosen otherwise stays.
    /// </summary>
    public static void NeverInterrupt()
    {
        if (OperatingSystem.IsLinux() && GetScheduler(CallingThread) == Other)
        {
            _ = SetScheduler(CallingThread, Batch, new Parameters(Priority: 0)); // where it is refused, all is only slower
        }
    }

    [DllImport("libc", EntryPoint = "sched_getscheduler")]
    private static extern int GetScheduler(int thread);

    [DllImport("libc", EntryPoint = "sched_setscheduler")]
    private static extern int SetScheduler(int thread, int policy, in Parameters parameters);

    /// <summary>The C library's <c>sched_param</c>.</summary>
    private readonly record struct Parameters(int Priority);
}
