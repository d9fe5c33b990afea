using Flownally.Domain;
using FluentValidation;
using FluentValidation.Results;
using MediatR;

namespace Flownally.Application.Validation;

/// <summary>Runs the validators of a request before its handler, and reports all violations at once.</summary>
internal sealed class ValidationBehavior<TRequest, TResponse>(IEnumerable<IValidator<TRequest>> validators)
    : IPipelineBehavior<TRequest, TResponse>
    where TResponse : IResult<TResponse>
{
    public Task<TResponse> Handle(TRequest request, CancellationToken cancellationToken, RequestHandlerDelegate<TResponse> next)
    {
        List<FieldViolation>? violations = null;
        foreach (var validator in validators)
        {
            if (validator.Validate(request) is { IsValid: false } found)
            {
                (violations ??= []).AddRange(found.Violations());
            }
        }

        return violations is null ? next() : Task.FromResult(TResponse.Refused(new ValidationFailed(violations)));
    }
}

internal static class ValidationResults
{
    public static IEnumerable<FieldViolation> Violations(this ValidationResult result) =>
        result.Errors.Select(failure => new FieldViolation(failure.PropertyName, failure.ErrorCode, failure.ErrorMessage));
}
