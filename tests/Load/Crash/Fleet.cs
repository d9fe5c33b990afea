namespace Flownally.Load.Crash;

/// <summary>Several processes of the service on one database.</summary>
internal sealed class Fleet : IAsyncDisposable
{
    private readonly Func<Task<ApiProcess>> _start;
    private readonly ApiProcess[] _processes;

    private Fleet(Func<Task<ApiProcess>> start, ApiProcess[] processes) => (_start, _processes) = (start, processes);

    public IReadOnlyList<Uri> Urls => [.. _processes.Select(process => process.Url)];

    public static async Task<Fleet> StartAsync(int processes, Func<Task<ApiProcess>> start) =>
        new(start, await Task.WhenAll(Enumerable.Range(0, processes).Select(_ => start())));

    /// <summary>One of the processes; it may be dead.</summary>
    public Uri Any(Random random) => _processes[random.Next(_processes.Length)].Url;

    /// <summary>
    /// Kills a process and starts another in its place, at another port: a port that was given back may be taken by then.
    /// </summary>
    /// <exception cref="InvalidOperationException">The process had ended by itself.</exception>
    public async Task ReplaceAnyAsync(Random random)
    {
        var index = random.Next(_processes.Length);
        var victim = _processes[index];
        await victim.KillAsync();
        _processes[index] = await _start();
        await victim.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.DisposeAsync();
        }
    }
}
