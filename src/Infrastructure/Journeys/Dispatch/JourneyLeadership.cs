using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Journeys.Dispatch;

/// <summary>Elects the one process on a database that reads the feed for journeys and sends webhooks.</summary>
internal sealed class JourneyLeadership(PrimarySessions sessions)
{
    /// <summary>
    /// With these settings the session of an unreachable machine ends within seconds, and another process takes the lock.
    /// </summary>
    private const string SetUp = "SET tcp_keepalives_idle = 1; SET tcp_keepalives_interval = 1; SET tcp_keepalives_count = 3";

    /// <returns>The leader's lock; null if another process leads. Disposing it, or losing the session, lets another process lead.</returns>
    public Task<AdvisoryLock?> TryTakeAsync(CancellationToken cancellationToken) =>
        AdvisoryLock.TryTakeAsync(
            ConnectionStrings.ForLeadership(sessions.ConnectionString), "flownally.journeys", cancellationToken, SetUp);
}
