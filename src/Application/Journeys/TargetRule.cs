using Flownally.Domain.Journeys;
using FluentValidation;

namespace Flownally.Application.Journeys;

internal static class TargetRule
{
    public static void Target<T>(this IRuleBuilder<T, TargetUrl?> rule, ITargetGate gate) => rule
        .Must(url => url is null || gate.Allows(url.Value))
        .OverridePropertyName("/target/url").WithErrorCode("addressNotAllowed")
        .WithMessage("The operator does not allow webhooks to this address or port. The default is any port on the public internet.");
}
