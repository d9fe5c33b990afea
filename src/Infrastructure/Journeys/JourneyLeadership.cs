using Flownally.Infrastructure.Database;

namespace Flownally.Infrastructure.Journeys;

/// <summary>Of all processes on a database, one at a time reads the feed for journeys and sends webhooks.</summary>
internal sealed class JourneyLeadership(string connectionString)
{
    private readonly string _connectionString = ConnectionStrings.ForLeadership(connectionString);

    /// <returns>Null where another process leads. Disposing it lets another one lead; so does its end, however it ends.</returns>
    public Task<AdvisoryLock?> TryTakeAsync(CancellationToken cancellationToken) =>
        AdvisoryLock.TryTakeAsync(_connectionString, "flownally.journeys", cancellationToken);
}
