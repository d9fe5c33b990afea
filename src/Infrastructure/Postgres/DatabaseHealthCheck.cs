using Flownally.Application;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Flownally.Infrastructure.Postgres;

/// <summary>Fails with a <see cref="DatabaseUnavailableException"/> if the database cannot be reached or lacks migrations.</summary>
internal sealed class DatabaseHealthCheck(Database database) : IHealthCheck
{
    /// <summary>Shorter than the usual timeout of a probe.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(3);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await database.CheckAsync(cancellationToken).WaitAsync(Timeout, cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (TimeoutException exception)
        {
            throw new DatabaseUnavailableException("The database does not answer in time.", exception);
        }
    }
}
