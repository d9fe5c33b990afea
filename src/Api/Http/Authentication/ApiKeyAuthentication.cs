using System.Runtime.CompilerServices;
using Flownally.Api.Http.Problems;
using Flownally.Application.ApiKeys;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using MediatR;
using Microsoft.AspNetCore.Authentication;

namespace Flownally.Api.Http.Authentication;

/// <summary>Tells who calls by the API key, where an action asks for one, and answers those who may not call it.</summary>
internal sealed class ApiKeyAuthentication(IMediator mediator, FailedAuthentications failures) : IAuthenticationHandler
{
    public const string Scheme = "Bearer";

    /// <summary>One result for each caller, so that no call makes principals and claims of its own.</summary>
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

    /// <summary>Answers a call without a valid key.</summary>
    public Task ChallengeAsync(AuthenticationProperties? properties) => ProblemWriter.WriteAsync(_http, _refusal);

    /// <summary>Answers a call with a key that may not make it.</summary>
    public Task ForbidAsync(AuthenticationProperties? properties) =>
        ProblemWriter.WriteAsync(_http, Sends!.Required.Refusal(((CallerPrincipal)_http.User).Caller)!);

    private SendsAttribute? Sends => _http.GetEndpoint()?.Metadata.GetMetadata<SendsAttribute>();

    private static AuthenticateResult Succeed(Caller caller) =>
        AuthenticateResult.Success(new AuthenticationTicket(new CallerPrincipal(caller), Scheme));
}
