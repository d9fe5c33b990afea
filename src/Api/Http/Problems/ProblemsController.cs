using Flownally.Api.Http.Binding;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Flownally.Api.Http.Problems;

/// <summary>The pages that <c>type</c> of a problem leads to: HTML for people, JSON for programs.</summary>
[ApiController]
[AllowAnonymous]
[Route("problems")]
[ApiExplorerSettings(IgnoreApi = true)]
public sealed class ProblemsController : ControllerBase
{
    [HttpGet]
    public IActionResult List() => Answer(ProblemCatalog.All.Select(ProblemPage.Describe), ProblemPage.List);

    [HttpGet("{code}")]
    public IActionResult Read(string? code) => ProblemCatalog.ByCode.TryGetValue(code ?? "", out var type) // a blank one is bound as null
        ? Answer(ProblemPage.Describe(type), () => ProblemPage.Of(type))
        : new ProblemResult(new RouteNotFound());

    private IActionResult Answer(object json, Func<string> html)
    {
        var wish = (Json: AcceptHeader.Wish(Request, AcceptHeader.Json), Html: AcceptHeader.Wish(Request, AcceptHeader.Html));
        Response.Headers.Vary = "Accept";
        if (wish.Json.CompareTo(wish.Html) > 0)
        {
            return Ok(json);
        }

        if (wish.Html.Quality == 0)
        {
            return new ProblemResult(new NotAcceptable());
        }

        Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        return Content(html(), "text/html; charset=utf-8");
    }
}
