using Microsoft.Extensions.Hosting;

namespace Flownally.Infrastructure.Recording;

/// <summary>
/// Ends the process where recording has failed for good, so that a supervisor starts it anew. The host ends with the failure of a hosted
/// service.
/// </summary>
internal sealed class RecordingGuardian(GroupCommitLog log) : BackgroundService
{
    protected override Task ExecuteAsync(CancellationToken stoppingToken) => log.Recording.WaitAsync(stoppingToken);
}
