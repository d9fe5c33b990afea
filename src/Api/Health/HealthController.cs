using Flownally.Api.Requests;
using Flownally.Infrastructure.Database;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Flownally.Api.Health;

/// <summary>For what watches the process: is it up, and can it work.</summary>
[ApiController]
[AllowAnonymous]
[AnswersJson]
[ApiExplorerSettings(IgnoreApi = true)]
[Route("health")]
public sealed class HealthController(IDatabaseProbe database) : ControllerBase
{
    [HttpGet("live")]
    public IActionResult Live() => Ok(new { status = "live" });

    /// <summary>Ready once the database is reachable and its migrations are done; else 503.</summary>
    [HttpGet("ready")]
    public async Task<IActionResult> Ready(CancellationToken cancellationToken)
    {
        await database.CheckAsync(cancellationToken);
        return Ok(new { status = "ready" });
    }
}
