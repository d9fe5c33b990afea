using System.Runtime.CompilerServices;
using Flownally.Api.Http.Problems;
using Flownally.Application.ApiKeys;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using MediatR;
using Microsoft.AspNetCore.Authentication;

namespace Flownally.Api.Http.Authentication;

/// <summary>
/// Authenticates a call by its API key if the action requires one, and writes the responses to unauthenticated and forbidden calls.
/// </summary>
internal sealed class ApiKeyAuthentication(IMediator mediator, FailedAuthentications failures) : IAuthenticationHandler
{
    public const string Scheme = "Bearer";

    /// <summary>One result for each caller, so that calls create no principals and claims.</summary>
    private static readonly ConditionalWeakTable<Caller, AuthenticateResult> Results = [];

    private HttpContext _http = null!;
    private Error _refusal = Unauthenticated.Missing;

    public Task InitializeAsync(AuthenticationScheme scheme, HttpContext context)
    {
        _http = context;
        return Task.CompletedTask;
    }

    public async Task<AuthenticateResult> AuthenticateAsync()
    {
        if (Sends is null)
        {
            return AuthenticateResult.NoResult();
        }

        var from = AddressBlock.Of(_http.Connection.RemoteIpAddress);
        var caller = await mediator.Send(new Authenticate(_http.Request.Headers.Authorization, from), _http.RequestAborted);
        if (caller.IsSuccess)
        {
            return Results.GetValue(caller.Value, Succeed);
        }

        _refusal = failures.Refusal(from) ?? caller.Error;
        return AuthenticateResult.NoResult();
    }

    /// <summary>Responds to a call without a valid key.</summary>
    public Task ChallengeAsync(AuthenticationProperties? properties) => ProblemWriter.WriteAsync(_http, _refusal);

    /// <summary>Responds to a call whose key may not make it.</summary>
    public Task ForbidAsync(AuthenticationProperties? properties) =>
        ProblemWriter.WriteAsync(_http, Sends!.Required.Refusal(((CallerPrincipal)_http.User).Caller)!);

    private SendsAttribute? Sends => _http.GetEndpoint()?.Metadata.GetMetadata<SendsAttribute>();

    private static AuthenticateResult Succeed(Caller caller) =>
        AuthenticateResult.Success(new AuthenticationTicket(new CallerPrincipal(caller), Scheme));
}
