using System.Runtime.InteropServices;

namespace Flownally.Infrastructure;

/// <summary>
/// How the kernel gives threads their turns: https://man7.org/linux/man-pages/man7/sched.7.html. Where it cannot be told so, all is only slower.
/// </summary>
public static class Scheduling
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
            _ = SetScheduler(CallingThread, Batch, default);
        }
    }

    /// <summary>
    /// Starts a program that gets its turn soon when it wakes: under the usual policy, whatever this process has, and for 0.1 ms at a time, the
    /// least that can be asked for. Who asks for less at a time is served earlier, and has no smaller share (since Linux 6.12; before, as usual).
    /// </summary>
    /// <param name="start">Starts it. Runs on a thread of its own, from which the program inherits both.</param>
    public static Task<T> PromptlyAsync<T>(Func<Task<T>> start) => Task.Factory.StartNew(
        () =>
        {
            if (OperatingSystem.IsLinux())
            {
                _ = SetScheduler(CallingThread, Other, default);
                AskForShortTurns();
            }

            return start();
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();

    /// <summary>By number, because the C library has no name for this call before glibc 2.41.</summary>
    private static void AskForShortTurns()
    {
        long? call = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => 314,
            Architecture.Arm64 => 274,
            _ => null,
        };
        if (call is not null)
        {
            var turn = default(Attributes) with { Size = Marshal.SizeOf<Attributes>(), Policy = Other, Nice = GetPriority(0, CallingThread), Runtime = 100_000 };
            _ = SetAttributes(call.Value, CallingThread, turn, 0);
        }
    }

    [DllImport("libc", EntryPoint = "sched_getscheduler")]
    private static extern int GetScheduler(int thread);

    [DllImport("libc", EntryPoint = "sched_setscheduler")]
    private static extern int SetScheduler(int thread, int policy, in Parameters parameters);

    [DllImport("libc", EntryPoint = "getpriority")]
    private static extern int GetPriority(int which, int thread);

    [DllImport("libc", EntryPoint = "syscall")]
    private static extern long SetAttributes(long call, int thread, in Attributes attributes, uint flags);

    /// <summary>The C library's <c>sched_param</c>.</summary>
    private readonly record struct Parameters(int Priority);

    /// <summary>The kernel's <c>sched_attr</c>: https://man7.org/linux/man-pages/man2/sched_setattr.2.html.</summary>
    /// <param name="Runtime">The length of a turn, 100,000 to 100,000,000 ns.</param>
    private readonly record struct Attributes(int Size, int Policy, ulong Flags, int Nice, int Priority, ulong Runtime, ulong Deadline, ulong Period);
}
