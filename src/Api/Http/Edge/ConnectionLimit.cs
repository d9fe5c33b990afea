using System.Globalization;

namespace Flownally.Api.Http.Edge;

/// <summary>
/// How many connections the process serves at a time. Each connection is an open file, and a process that has no more of them ends: the
/// runtime cannot go on, whatever the reason why it needs a file.
/// </summary>
internal sealed partial class ConnectionLimit(long connections, TimeProvider time, ILogger<ConnectionLimit> log)
{
    /// <summary>
    /// What the process needs besides: some 300 files of the program and the runtime, up to 256 webhooks under way, the sessions of
    /// PostgreSQL, and files such as those it reads to find out whether the embedded server lives.
    /// </summary>
    private const long Reserve = 768;

    /// <summary>Where few files may be open, callers get this part of them; then not every webhook that is due can be sent at once.</summary>
    private const long SmallestPart = 8;

    /// <summary>The runtime raises the limit at its start as far as the process may. On macOS that is this many: OPEN_MAX.</summary>
    private const long WhereUnknown = 10_240;

    private const string Limits = "/proc/self/limits";
    private const string Row = "Max open files";

    private static readonly TimeSpan BetweenWarnings = TimeSpan.FromMinutes(1);

    private long _open;
    private long _warned = long.MinValue;

    /// <summary>The limit that follows from how many files the process may have open; says both.</summary>
    public static ConnectionLimit OfProcess(TimeProvider time, ILogger<ConnectionLimit> log)
    {
        var openFiles = ReadOpenFiles();
        var connections = Within(openFiles);
        LogLimit(log, openFiles, connections, openFiles - connections);
        return new ConnectionLimit(connections, time, log);
    }

    public static long Within(long openFiles) => Math.Max(openFiles / SmallestPart, openFiles - Reserve);

    /// <returns>False where the limit is reached.</returns>
    public bool TryEnter()
    {
        if (Interlocked.Increment(ref _open) <= connections)
        {
            return true;
        }

        Leave();
        var (now, warned) = (time.GetTimestamp(), Interlocked.Read(ref _warned));
        if ((warned == long.MinValue || time.GetElapsedTime(warned, now) > BetweenWarnings) && Interlocked.CompareExchange(ref _warned, now, warned) == warned)
        {
            LogRefusal(connections);
        }

        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _open);

    /// <returns>The soft limit, which is the one that holds.</returns>
    private static long ReadOpenFiles()
    {
        var row = File.Exists(Limits) ? File.ReadLines(Limits).FirstOrDefault(line => line.StartsWith(Row, StringComparison.Ordinal)) : null;
        return row is null ? WhereUnknown
            : long.TryParse(row[Row.Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], CultureInfo.InvariantCulture, out var soft) ? soft
            : int.MaxValue; // unlimited
    }

    [LoggerMessage(LogLevel.Information, "The process may have {OpenFiles} files open (ulimit -n). It serves {Connections} connections at a time, and keeps {Others} files for PostgreSQL, webhooks and itself.")]
    private static partial void LogLimit(ILogger log, long openFiles, long connections, long others);

    [LoggerMessage(LogLevel.Warning, "{Connections} connections are open, as many as the process serves at a time. Others are closed until one of these ends.")]
    private partial void LogRefusal(long connections);
}
