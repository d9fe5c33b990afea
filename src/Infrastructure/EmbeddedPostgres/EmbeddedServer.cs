namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>
/// A real PostgreSQL for people who have not set one up. Its cluster lies in the folder <c>postgres</c> of a data folder.
/// Any number of processes may share it: the first to come starts the server, the last to leave stops it, and while one is
/// there, a server that dies is started again.
/// </summary>
public sealed class EmbeddedServer : IAsyncDisposable
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly string _data;
    private readonly Cluster _cluster;
    private readonly DirectoryLock _use;
    private readonly Action<string> _say;
    private readonly CancellationTokenSource _leaving = new();
    private readonly Task _watch;

    private EmbeddedServer(string data, Cluster cluster, DirectoryLock use, Action<string> say)
    {
        (_data, _cluster, _use, _say) = (data, cluster, use, say);
        _watch = Task.Run(WatchAsync);
    }

    /// <summary>Of the owner of all that is in the database.</summary>
    public string ConnectionString => _cluster.ConnectionString;

    internal Cluster Cluster => _cluster;

    /// <summary>Starts the server, or joins those who use it.</summary>
    /// <param name="data">A folder, made if it is missing; it may hold other files.</param>
    /// <param name="say">Is told what a person should know.</param>
    /// <exception cref="EmbeddedServerException">It cannot be started; no process is left behind.</exception>
    public static async Task<EmbeddedServer> StartAsync(string data, Action<string> say, CancellationToken cancellationToken)
    {
        data = Path.GetFullPath(data);
        Directory.CreateDirectory(data);
        using var turn = await DirectoryLock.TakeAsync(StartLock(data), exclusive: true, cancellationToken);
        var use = await DirectoryLock.TakeAsync(UseLock(data), exclusive: false, cancellationToken);
        Cluster? cluster = null;
        try
        {
            cluster = await Cluster.OpenAsync(data, say, cancellationToken);
            await cluster.StartAsync(cancellationToken);
            return new EmbeddedServer(data, cluster, use, say);
        }
        catch
        {
            await LeaveAsync(data, cluster, use);
            throw;
        }
    }

    /// <summary>Requires that a data folder holds a database.</summary>
    /// <exception cref="EmbeddedServerMissingException">It holds none.</exception>
    public static void RequireIn(string data)
    {
        if (!EmbeddedUpgrade.IsOneIn(Cluster.FolderIn(data)))
        {
            throw new EmbeddedServerMissingException(data);
        }
    }

    internal static string StartLock(string data) => Path.Combine(data, "postgres.start.lock");

    internal static string UseLock(string data) => Path.Combine(data, "postgres.use.lock");

    public async ValueTask DisposeAsync()
    {
        await _leaving.CancelAsync();
        await _watch;
        _leaving.Dispose();
        using var turn = await DirectoryLock.TakeAsync(StartLock(_data), exclusive: true, CancellationToken.None);
        await LeaveAsync(_data, _cluster, _use);
    }

    /// <summary>Stops the server if nobody else uses it. The caller holds the start lock.</summary>
    private static async Task LeaveAsync(string data, Cluster? cluster, DirectoryLock use)
    {
        use.Dispose();
        using var last = DirectoryLock.Try(UseLock(data), exclusive: true);
        if (last is not null && cluster is not null)
        {
            await cluster.StopAsync();
        }
    }

    /// <summary>Starts the server again whenever it is gone, at the same address.</summary>
    private async Task WatchAsync()
    {
        var pause = WatchInterval;
        while (true)
        {
            await Task.Delay(pause, TimeProvider.System, _leaving.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (_leaving.IsCancellationRequested)
            {
                return;
            }

            try
            {
                if (!_cluster.IsAlive())
                {
                    using var turn = await DirectoryLock.TakeAsync(StartLock(_data), exclusive: true, _leaving.Token);
                    await _cluster.StartAsync(_leaving.Token);
                    _say("PostgreSQL had stopped and was started again.");
                }

                pause = WatchInterval;
            }
            catch (OperationCanceledException) when (_leaving.IsCancellationRequested)
            {
                return;
            }
            catch (Exception exception)
            {
                pause = pause.DoubledUpTo(LongestPause);
                _say($"PostgreSQL has stopped and cannot be started again; the next attempt follows in {pause.TotalSeconds:0} s. {exception.Message}");
            }
        }
    }
}
