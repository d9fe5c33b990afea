using Flownally.Api.Http.Authentication;
using Flownally.Api.Http.Binding;
using Flownally.Api.Http.Problems;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Net.Http.Headers;

namespace Flownally.Api.Http;

/// <summary>The base of all controllers: the caller, and the conversion of results to responses.</summary>
[ApiController]
[ProducesJson]
[RejectsUnknownParameters]
[Route("v1")]
public abstract class ApiController : ControllerBase
{
    /// <summary>The caller and its tenant.</summary>
    protected Caller Caller => ((CallerPrincipal)User).Caller;

    /// <summary>
    /// Cancelled when the caller disconnects. It is not a parameter, because MVC would bind it like any other, which is slower.
    /// </summary>
    protected CancellationToken Aborted => HttpContext.RequestAborted;

    /// <summary>Whether the caller wants only headers, so that an action need not wait for the body's content.</summary>
    protected bool IsHead => HttpMethods.IsHead(Request.Method);

    /// <summary>200 with the value, or a problem.</summary>
    protected IActionResult Answer<T>(Result<T> result) => Answer(result, value => Ok(value));

    /// <summary>The result of <paramref name="success"/>, or a problem.</summary>
    protected IActionResult Answer<T>(Result<T> result, Func<T, IActionResult> success) =>
        result.Match(success, error => new ProblemResult(error));

    /// <summary>200 with the value, or 304 if <c>If-None-Match</c> contains its revision (RFC 9110 §13.1.2).</summary>
    protected IActionResult OkOrNotModified<T>(T value, int revision)
    {
        Tagged(value, revision);
        var (current, known) = (Response.GetTypedHeaders().ETag!, Request.GetTypedHeaders().IfNoneMatch);
        return known.Any(tag => tag.Equals(EntityTagHeaderValue.Any) || tag.Compare(current, useStrongComparison: false))
            ? StatusCode(StatusCodes.Status304NotModified)
            : Ok(value);
    }

    /// <summary>Sets the header <c>ETag</c> to the revision.</summary>
    protected T Tagged<T>(T value, int revision)
    {
        Response.GetTypedHeaders().ETag = new EntityTagHeaderValue($"\"{revision}\"");
        return value;
    }
}
