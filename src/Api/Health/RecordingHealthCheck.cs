using Flownally.Application;
using Flownally.Infrastructure.Recording;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Flownally.Api.Health;

/// <summary>Fails once this process can record nothing any more.</summary>
internal sealed class RecordingHealthCheck(IRecordingProbe recording) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(recording.HasFailed ? HealthRoutes.Unhealthy(new Internal()) : HealthCheckResult.Healthy());
}
