using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Flownally.Infrastructure.Recording;

/// <summary>Fails after recording has ended with an exception: the process is about to end.</summary>
internal sealed class RecordingHealthCheck(GroupCommitLog log) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(log.HasFailed ? HealthCheckResult.Unhealthy() : HealthCheckResult.Healthy());
}
