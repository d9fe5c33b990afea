using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Journeys.Dispatch;

/// <summary>Of all processes on a database, one at a time reads the feed for journeys and sends webhooks.</summary>
internal sealed class JourneyLeadership(PrimarySessions sessions)
{
    /// <summary>Another process waits for the lock, so the session ends within seconds where this machine is gone or unreachable.</summary>
    private const string SetUp = "SET tcp_keepalives_idle = 1; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3";

    /// <returns>Null where another process leads. Disposing it lets another one lead; so does its end, however it ends.</returns>
    public Task<AdvisoryLock?> TryTakeAsync(CancellationToken cancellationToken) =>
        AdvisoryLock.TryTakeAsync(
            ConnectionStrings.ForLeadership(sessions.ConnectionString), "flownally.journeys", cancellationToken, SetUp);
}
