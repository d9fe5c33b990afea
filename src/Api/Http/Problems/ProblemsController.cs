using Flownally.Api.Http.Binding;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;

namespace Flownally.Api.Http.Problems;

/// <summary>The pages that a problem's <c>type</c> links to: HTML for people, JSON for programs.</summary>
[ApiController]
[AllowAnonymous]
[Route("problems")]
[ApiExplorerSettings(IgnoreApi = true)]
public sealed class ProblemsController : ControllerBase
{
    [HttpGet]
    public IActionResult List() => Respond(ProblemCatalog.All.Select(ProblemPage.Describe), ProblemPage.List);

    [HttpGet("{code}")]
    public IActionResult Read(string? code) => ProblemCatalog.ByCode.TryGetValue(code ?? "", out var type) // MVC binds a blank code as null
        ? Respond(ProblemPage.Describe(type), () => ProblemPage.Of(type))
        : new ProblemResult(new RouteNotFound());

    private IActionResult Respond(object json, Func<string> html)
    {
        var forJson = AcceptHeader.Preference(Request, AcceptHeader.Json);
        var forHtml = AcceptHeader.Preference(Request, AcceptHeader.Html);
        Response.Headers.Vary = "Accept";
        if (forJson.CompareTo(forHtml) > 0)
        {
            return Ok(json);
        }

        if (forHtml.Quality == 0)
        {
            return new ProblemResult(new NotAcceptable());
        }

        Response.Headers.ContentSecurityPolicy = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";
        return Content(html(), "text/html; charset=utf-8");
    }
}
