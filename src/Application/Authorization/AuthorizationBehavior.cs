using Flownally.Domain;
using MediatR;

namespace Flownally.Application.Authorization;

/// <summary>Refuses a request that its caller may not send, before validation. Applies to every transport.</summary>
internal sealed class AuthorizationBehavior<TRequest, TResponse> : IPipelineBehavior<TRequest, TResponse>
    where TRequest : TenantRequest
    where TResponse : IResult<TResponse>
{
    private readonly RequiresAttribute _required = RequiresAttribute.Of(typeof(TRequest));

    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next) =>
        _required.Refusal(request.Caller) is { } refusal ? Task.FromResult(TResponse.Refused(refusal)) : next();
}
