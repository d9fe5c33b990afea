using Flownally.Api.Problems;
using Flownally.Application.ApiKeys;
using MediatR;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc.Filters;

namespace Flownally.Api.Authentication;

/// <summary>
/// Lets a call through only with a key that may make it. Stands before every action; one that names no scope
/// and is not declared anonymous answers nobody.
/// </summary>
internal sealed class ApiKeyFilter(IMediator mediator) : IAsyncAuthorizationFilter
{
    public async Task OnAuthorizationAsync(AuthorizationFilterContext context)
    {
        var http = context.HttpContext;
        var metadata = http.GetEndpoint()!.Metadata;
        if (metadata.GetMetadata<IAllowAnonymous>() is not null)
        {
            return;
        }

        var scope = metadata.GetRequiredMetadata<RequireScopeAttribute>().Scope;
        var key = await mediator.Send(new Authenticate(http.Request.Headers.Authorization), http.RequestAborted);
        if (!key.IsSuccess)
        {
            context.Result = new ProblemResult(key.Error);
        }
        else if (key.Value.Forbids(scope) is { } refusal)
        {
            context.Result = new ProblemResult(refusal);
        }
        else
        {
            http.Features.Set(key.Value);
        }
    }
}
