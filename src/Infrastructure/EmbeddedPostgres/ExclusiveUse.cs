namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>Keeps all other processes away from the embedded server of a data folder.</summary>
internal sealed class ExclusiveUse : IDisposable
{
    private readonly DirectoryLock _turn;
    private readonly DirectoryLock _use;

    private ExclusiveUse(DirectoryLock turn, DirectoryLock use) => (_turn, _use) = (turn, use);

    /// <exception cref="EmbeddedServerException">A process uses the server.</exception>
    public static async Task<ExclusiveUse> TakeAsync(string data, CancellationToken cancellationToken)
    {
        var turn = await DirectoryLock.TakeAsync(EmbeddedServer.StartLock(data), exclusive: true, cancellationToken);
        if (DirectoryLock.Try(EmbeddedServer.UseLock(data), exclusive: true) is { } use)
        {
            return new ExclusiveUse(turn, use);
        }

        turn.Dispose();
        throw new EmbeddedServerException($"Another process uses the database in {data}; end it, then try again.");
    }

    public void Dispose()
    {
        _use.Dispose();
        _turn.Dispose();
    }
}
