namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>
/// A PostgreSQL server for users without their own. Its cluster lies in the folder <c>postgres</c> of a data folder. Any number of
/// processes may share the server: the first process starts it, and the last one stops it. While a process uses it, a server that dies is
/// restarted.
/// </summary>
public sealed class EmbeddedServer : IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan MaxPause = TimeSpan.FromSeconds(30);

    private readonly string _data;
    private readonly Cluster _cluster;
    private readonly DirectoryLock _useLock;
    private readonly Action<string> _report;
    private readonly CancellationTokenSource _stopping = new();
    private readonly Task _watch;

    private EmbeddedServer(string data, Cluster cluster, DirectoryLock useLock, Action<string> report)
    {
        (_data, _cluster, _useLock, _report) = (data, cluster, useLock, report);
        _watch = Task.Run(WatchAsync);
    }

    /// <summary>Connects as the owner of the database.</summary>
    public string ConnectionString => _cluster.ConnectionString;

    internal Cluster Cluster => _cluster;

    /// <summary>Starts the server, or shares a running one.</summary>
    /// <param name="data">A folder, which is created if it is missing. It may contain other files.</param>
    /// <param name="report">Receives messages for the user.</param>
    /// <exception cref="EmbeddedServerException">The server cannot be started; no server process is left running.</exception>
    public static async Task<EmbeddedServer> StartAsync(string data, Action<string> report, CancellationToken cancellationToken)
    {
        data = Path.GetFullPath(data);
        Directory.CreateDirectory(data);
        using var startLock = await DirectoryLock.TakeAsync(StartLock(data), exclusive: true, cancellationToken);
        var useLock = await DirectoryLock.TakeAsync(UseLock(data), exclusive: false, cancellationToken);
        Cluster? cluster = null;
        try
        {
            cluster = await Cluster.OpenAsync(data, report, cancellationToken);
            await cluster.StartAsync(cancellationToken);
            return new EmbeddedServer(data, cluster, useLock, report);
        }
        catch
        {
            await LeaveAsync(data, cluster, useLock);
            throw;
        }
    }

    /// <summary>Requires a database in a data folder.</summary>
    /// <exception cref="EmbeddedServerMissingException">The folder contains no database.</exception>
    public static void RequireIn(string data)
    {
        if (!EmbeddedUpgrade.ExistsIn(Cluster.FolderIn(data)))
        {
            throw new EmbeddedServerMissingException(data);
        }
    }

    internal static string StartLock(string data) => Path.Combine(data, "postgres.start.lock");

    internal static string UseLock(string data) => Path.Combine(data, "postgres.use.lock");

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _watch;
        _stopping.Dispose();
        using var startLock = await DirectoryLock.TakeAsync(StartLock(_data), exclusive: true, CancellationToken.None);
        await LeaveAsync(_data, _cluster, _useLock);
    }

    /// <summary>Stops the server if no other process uses it. The caller holds the start lock.</summary>
    private static async Task LeaveAsync(string data, Cluster? cluster, DirectoryLock useLock)
    {
        useLock.Dispose();
        using var exclusiveLock = DirectoryLock.Try(UseLock(data), exclusive: true);
        if (exclusiveLock is not null && cluster is not null)
        {
            await cluster.StopAsync();
        }
    }

    /// <summary>Restarts a server that has stopped, at the same address.</summary>
    private async Task WatchAsync()
    {
        var pause = WatchInterval;
        while (true)
        {
            await Task.Delay(pause, TimeProvider.System, _stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_stopping.IsCancellationRequested)
            {
                return;
            }

            try
            {
                if (!_cluster.IsAlive())
                {
                    using var startLock = await DirectoryLock.TakeAsync(StartLock(_data), exclusive: true, _stopping.Token);
                    await _cluster.StartAsync(_stopping.Token);
                    _report("PostgreSQL had stopped and was restarted.");
                }

                pause = WatchInterval;
            }
            catch (OperationCanceledException) when (_stopping.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                pause = pause.DoubledUpTo(MaxPause);
                _report($"PostgreSQL has stopped and cannot be restarted; retrying in {pause.TotalSeconds:0} s. {exception.Message}");
            }
        }
    }
}
