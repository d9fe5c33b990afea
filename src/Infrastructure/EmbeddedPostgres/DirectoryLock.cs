namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>
/// A lock between processes on a file (flock, see man 2 flock), shared or exclusive. The kernel releases it when the process ends. This
/// folder waits for other processes, so it uses TimeProvider.System.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan RetryInterval = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <returns>The lock; null if another process has a conflicting one.</returns>
    public static DirectoryLock? Try(string path, bool exclusive)
    {
        try
        {
            var share = exclusive ? FileShare.None : FileShare.Read;
            return new DirectoryLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, share));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <exception cref="EmbeddedServerException">Another process holds the lock for more than a minute.</exception>
    public static async Task<DirectoryLock> TakeAsync(string path, bool exclusive, CancellationToken cancellationToken)
    {
        var start = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (Try(path, exclusive) is { } taken)
            {
                return taken;
            }

            if (TimeProvider.System.GetElapsedTime(start) > Timeout)
            {
                throw new EmbeddedServerException(
                    $"Another process holds {path} for more than a minute; end that process, then start again.");
            }

            await Task.Delay(RetryInterval, TimeProvider.System, cancellationToken);
        }
    }

    public void Dispose() => _file.Dispose();
}
