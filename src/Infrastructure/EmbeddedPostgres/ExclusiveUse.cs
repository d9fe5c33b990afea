namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>Excludes all other processes from the embedded server of a data folder.</summary>
internal sealed class ExclusiveUse : IDisposable
{
    private readonly DirectoryLock _startLock;
    private readonly DirectoryLock _useLock;

    private ExclusiveUse(DirectoryLock startLock, DirectoryLock useLock) => (_startLock, _useLock) = (startLock, useLock);

    /// <exception cref="EmbeddedServerException">Another process uses the server.</exception>
    public static async Task<ExclusiveUse> TakeAsync(string data, CancellationToken cancellationToken)
    {
        var startLock = await DirectoryLock.TakeAsync(EmbeddedServer.StartLock(data), exclusive: true, cancellationToken);
        if (DirectoryLock.Try(EmbeddedServer.UseLock(data), exclusive: true) is { } useLock)
        {
            return new ExclusiveUse(startLock, useLock);
        }

        startLock.Dispose();
        throw new EmbeddedServerException($"Another process uses the database in {data}; end that process, then retry.");
    }

    public void Dispose()
    {
        _useLock.Dispose();
        _startLock.Dispose();
    }
}
