namespace Flownally.Api.Tests;

/// <summary>What Linux tells of a process or one of its threads: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html.</summary>
internal static class TaskStat
{
    private const int FirstAfterName = 3; // the name, alone, may hold spaces

    /// <param name="task">Its folder under <c>/proc</c>.</param>
    /// <param name="field">Counted from 1, as there; 3 or more.</param>
    public static string Read(string task, int field) => File.ReadAllText($"{task}/stat").Split(") ")[^1].Split(' ')[field - FirstAfterName];
}
