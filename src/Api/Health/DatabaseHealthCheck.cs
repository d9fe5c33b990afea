using Flownally.Application;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Flownally.Api.Health;

/// <summary>Fails while the database cannot be worked with, and says why.</summary>
internal sealed class DatabaseHealthCheck(IDatabaseProbe database) : IHealthCheck
{
    /// <summary>A probe that waits longer tells its sender no more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await database.CheckAsync(cancellationToken).WaitAsync(Patience, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (DatabaseUnavailableException exception)
        {
            return HealthRoutes.Unhealthy(new DatabaseUnavailable(exception.Message));
        }
        catch (TimeoutException)
        {
            return HealthRoutes.Unhealthy(new DatabaseUnavailable("The database does not answer in time."));
        }
    }
}
