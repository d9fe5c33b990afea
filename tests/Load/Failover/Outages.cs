using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Flownally.Load.Crash;

namespace Flownally.Load.Failover;

/// <summary>Notices when each process of the service records events again. All clients call through it.</summary>
/// <param name="processes">How many there are; none is started anew.</param>
internal sealed class Outages(int processes) : DelegatingHandler(new SocketsHttpHandler())
{
    /// <summary>After which the service counts as one that does not move on by itself.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <summary>After which a process counts as one that needs a restart.</summary>
    private static readonly TimeSpan LastPatience = TimeSpan.FromSeconds(90);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(5);

    private readonly ConcurrentDictionary<int, long> _recorded = [];

    /// <summary>Forgets what was recorded up to now.</summary>
    public long Begin()
    {
        _recorded.Clear();
        return History.Now;
    }

    /// <summary>Waits until every process has recorded an event since <see cref="Begin"/>.</summary>
    /// <param name="help">What is done where the service does not move on by itself.</param>
    /// <returns>For how long the service, and the last of its processes, recorded nothing; and whether it had to be helped.</returns>
    /// <exception cref="TimeoutException">A process does not record.</exception>
    public async Task<(TimeSpan First, TimeSpan All, bool Helped)> EndAsync(long begun, Func<Task> help)
    {
        var helped = false;
        for (; _recorded.Count < processes; await Task.Delay(Pause))
        {
            var since = Stopwatch.GetElapsedTime(begun);
            if (!helped && since > Patience)
            {
                helped = true;
                await help();
            }

            if (since > LastPatience)
            {
                throw new TimeoutException($"{_recorded.Count} of {processes} processes of the service record again after {LastPatience}.");
            }
        }

        var times = _recorded.Values.Select(at => Stopwatch.GetElapsedTime(begun, at)).ToList();
        return (times.Min(), times.Max(), helped);
    }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken);
        if (response.StatusCode == HttpStatusCode.Created && request.RequestUri!.AbsolutePath.EndsWith("/events", StringComparison.Ordinal))
        {
            _recorded.TryAdd(request.RequestUri.Port, History.Now);
        }

        return response;
    }
}
