using System.Diagnostics;
using System.Globalization;

namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>The server process of a cluster. The caller holds the start lock when it starts or stops the process.</summary>
internal sealed class ServerProcess(string folder, ServerAccount account, PostgresBinaries binaries)
{
    /// <summary>Children of a killed server keep its shared memory for a short time, and until then no new server can start.</summary>
    public static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(200);

    private string PidFile => Path.Combine(folder, "postmaster.pid");

    private string LogFile => Path.Combine(folder, "server.log");

    /// <summary>
    /// Whether the server runs. A killed server leaves its pid file behind, and another process may have that pid now. When an error
    /// hides the answer, such as too many open files, the result is true: a second server on the folder, or the deletion of
    /// <c>postmaster.pid</c>, would end a running one.
    /// </summary>
    public bool IsAlive()
    {
        try
        {
            return int.TryParse(File.ReadLines(PidFile).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid) && IsServer(pid);
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            return false;
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return true;
        }
    }

    /// <summary>Starts the server unless it runs.</summary>
    /// <exception cref="EmbeddedServerException">The server does not start within <see cref="StartTimeout"/>.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (IsAlive())
            {
                return;
            }

            File.Delete(PidFile); // a killed server leaves it behind

            // pg_ctl starts the server in a session of its own, so Ctrl-C at the terminal does not reach the server.
            var start = account.Command(binaries.PgCtl, "start", "-D", folder, "-l", LogFile, "-w", "-t", "60");
            var started = await Tool.RunAsync(start, CancellationToken.None);
            if (started.Succeeded)
            {
                return;
            }

            if (TimeProvider.System.GetElapsedTime(since) > StartTimeout)
            {
                throw new EmbeddedServerException($"PostgreSQL does not start. Its log, {LogFile}, ends with:\n{LastLogLines()}");
            }

            await Task.Delay(RetryInterval, TimeProvider.System, cancellationToken);
        }
    }

    public async Task StopAsync()
    {
        if (IsAlive())
        {
            await Tool.RequireAsync(
                account.Command(binaries.PgCtl, "stop", "-D", folder, "-m", "fast", "-w", "-t", "60"), CancellationToken.None);
        }
    }

    private string LastLogLines() => File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(5)) : "(nothing)";

    /// <exception cref="IOException">The process cannot be inspected.</exception>
    private bool IsServer(int pid)
    {
        try
        {
            using var process = Process.GetProcessById(pid);
            if (!Directory.Exists("/proc/self"))
            {
                return process.ProcessName == "postgres";
            }
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            return false; // there is no such process, or it has just ended
        }

        try
        {
            return new DirectoryInfo($"/proc/{pid}/cwd").ResolveLinkTarget(returnFinalTarget: false)?.FullName == folder;
        }
        catch (UnauthorizedAccessException)
        {
            // Root in a container may not see the folder of another account's process.
            return File.ReadAllText($"/proc/{pid}/comm").Trim() == "postgres";
        }
    }
}
