using System.Globalization;

namespace Flownally.Api.Http.Edge;

/// <summary>
/// Limits the open connections of the process. Each connection is an open file, and a process without free file descriptors ends, because
/// the runtime cannot continue.
/// </summary>
internal sealed partial class ConnectionLimit(long connections, TimeProvider time, ILogger<ConnectionLimit> log)
{
    /// <summary>
    /// File descriptors for other uses: about 300 files of the program and the runtime, up to 256 webhook calls, the sessions of
    /// PostgreSQL, and files that check the embedded server.
    /// </summary>
    private const long Reserve = 768;

    /// <summary>With a low limit of open files, callers get 1/8 of them; then not every due webhook can be sent at once.</summary>
    private const long MinShare = 8;

    /// <summary>The limit where /proc is missing. The runtime raises its limit at the start; on macOS to this value, OPEN_MAX.</summary>
    private const long DefaultOpenFiles = 10_240;

    private const string Limits = "/proc/self/limits";
    private const string Row = "Max open files";

    private static readonly TimeSpan WarningInterval = TimeSpan.FromMinutes(1);

    private long _open;
    private long _warned = long.MinValue;

    /// <summary>Computes the limit from the process's limit of open files, and logs both.</summary>
    public static ConnectionLimit OfProcess(TimeProvider time, ILogger<ConnectionLimit> log)
    {
        var openFiles = ReadOpenFiles();
        var connections = MaxConnections(openFiles);
        LogLimit(log, openFiles, connections, openFiles - connections);
        return new ConnectionLimit(connections, time, log);
    }

    public static long MaxConnections(long openFiles) => Math.Max(openFiles / MinShare, openFiles - Reserve);

    /// <returns>False if the limit is reached.</returns>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= connections)
        {
            return true;
        }

        Leave();
        var (now, warned) = (time.GetTimestamp(), Interlocked.Read(ref _warned));
        if ((warned == long.MinValue || time.GetElapsedTime(warned, now) > WarningInterval)
            && Interlocked.CompareExchange(ref _warned, now, warned) == warned)
        {
            LogRefusal(connections);
        }

        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _open);

    /// <returns>The soft limit, which the system enforces.</returns>
    private static long ReadOpenFiles()
    {
        var row = File.Exists(Limits)
            ? File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith(Row, StringComparison.Ordinal))
            : null;
        if (row is null)
        {
            return DefaultOpenFiles;
        }

        var soft = row[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0];
        return long.TryParse(soft, CultureInfo.InvariantCulture, out var files) ? files : int.MaxValue; // unlimited
    }

    [LoggerMessage(LogLevel.Information, "The process may have {OpenFiles} files open (ulimit -n). It serves {Connections} connections "
        + "at a time, and keeps {Others} files for PostgreSQL, webhooks and itself.")]
    private static partial void LogLimit(ILogger log, long openFiles, long connections, long others);

    [LoggerMessage(LogLevel.Warning,
        "{Connections} connections are open, which is the limit. New ones are closed until one of these ends.")]
    private partial void LogRefusal(long connections);
}
