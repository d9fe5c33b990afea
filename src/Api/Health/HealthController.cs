using Flownally.Api.Http;
using Flownally.Api.Http.Binding;
using Flownally.Api.Http.Problems;
using Flownally.Application;
using Flownally.Infrastructure.Postgres;
using Flownally.Infrastructure.Recording;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Flownally.Api.Health;

/// <summary>For what watches the process: is it up, and can it work.</summary>
[ApiController]
[AllowAnonymous]
[AnswersJson]
[ApiExplorerSettings(IgnoreApi = true)]
[Route("health")]
public sealed class HealthController(IDatabaseProbe database, IRecordingProbe recording) : ControllerBase
{
    /// <summary>A probe that waits longer tells its sender no more.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    [HttpGet("live")]
    public IActionResult Live() => Ok(new { status = "live" });

    /// <summary>Ready once the database can be worked with, else 503 with the reason; and while the process records, else 500.</summary>
    [HttpGet("ready")]
    public async Task<IActionResult> Ready(CancellationToken cancellationToken)
    {
        if (recording.HasFailed)
        {
            return new ProblemResult(new Internal());
        }

        try
        {
            await database.CheckAsync(cancellationToken).WaitAsync(Patience, cancellationToken);
            return Ok(new { status = "ready" });
        }
        catch (DatabaseUnavailableException exception)
        {
            return new ProblemResult(new DatabaseUnavailable(exception.Message));
        }
        catch (TimeoutException)
        {
            return new ProblemResult(new DatabaseUnavailable("The database does not answer in time."));
        }
    }
}
