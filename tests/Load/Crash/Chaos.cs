namespace Flownally.Load.Crash;

/// <summary>What can befall the service.</summary>
internal enum Blow
{
    /// <summary>A process of the service is killed; another takes its place.</summary>
    ServiceKilled,

    /// <summary>PostgreSQL is killed whole; who watches it starts it again.</summary>
    PostgresKilled,

    /// <summary>The PostgreSQL process behind one connection is killed, upon which PostgreSQL ends all of them and recovers.</summary>
    BackendKilled,

    /// <summary>All connections of the service are cut.</summary>
    ConnectionsCut,
}

/// <summary>Deals blows, one soon after another, so that one can fall before the service has got over the last.</summary>
internal sealed class Chaos(Fleet fleet, Victim postgres, Random random)
{
    private const int ShortestPause = 200;
    private const int LongestPause = 1_000;

    /// <summary>Deals each blow once in every round, in any order.</summary>
    /// <exception cref="TimeoutException">The service or PostgreSQL did not come back.</exception>
    public async Task RunAsync(int rounds)
    {
        for (var round = 0; round < rounds; round++)
        {
            var blows = Enum.GetValues<Blow>();
            random.Shuffle(blows);
            foreach (var blow in blows)
            {
                await Task.Delay(random.Next(ShortestPause, LongestPause));
                await DealAsync(blow);
            }
        }
    }

    private Task DealAsync(Blow blow) => blow switch
    {
        Blow.ServiceKilled => fleet.ReplaceAnyAsync(random),
        Blow.PostgresKilled => postgres.KillAsync(),
        Blow.BackendKilled => postgres.KillBackendAsync(),
        Blow.ConnectionsCut => postgres.CutConnectionsAsync(),
        _ => throw new ArgumentOutOfRangeException(nameof(blow)),
    };
}
