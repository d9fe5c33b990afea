namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>
/// A lock that processes take on a file (flock, see man 2 flock): shared by many, or exclusive. The kernel gives it back
/// when the process ends, however it ends. This folder waits for other processes, so it takes TimeProvider.System.
/// </summary>
internal sealed class DirectoryLock : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(50);

    private readonly FileStream _file;

    private DirectoryLock(FileStream file) => _file = file;

    /// <returns>The lock, or null where another one stands against it.</returns>
    public static DirectoryLock? Try(string path, bool exclusive)
    {
        try
        {
            return new DirectoryLock(new FileStream(path, FileMode.OpenOrCreate, FileAccess.Read, exclusive ? FileShare.None : FileShare.Read));
        }
        catch (IOException) when (File.Exists(path))
        {
            return null;
        }
    }

    /// <exception cref="EmbeddedServerException">Another process has kept the lock for a minute.</exception>
    public static async Task<DirectoryLock> TakeAsync(string path, bool exclusive, CancellationToken cancellationToken)
    {
        var since = TimeProvider.System.GetTimestamp();
        while (true)
        {
            if (Try(path, exclusive) is { } taken)
            {
                return taken;
            }

            if (TimeProvider.System.GetElapsedTime(since) > Patience)
            {
                throw new EmbeddedServerException($"Another process has held {path} for a minute; end it, then start again.");
            }

            await Task.Delay(Pause, TimeProvider.System, cancellationToken);
        }
    }

    public void Dispose() => _file.Dispose();
}
