using Flownally.Domain.Journeys;
using FluentValidation;

namespace Flownally.Application.Journeys;

internal static class TargetRule
{
    public static void Target<T>(this IRuleBuilder<T, TargetUrl?> rule, ITargetGate gate) => rule
        .Must(url => url is null || gate.Allows(url.Value))
        .OverridePropertyName("/target/url").WithErrorCode("addressNotAllowed")
        .WithMessage("Webhooks are sent to addresses and ports that the operator allows; without a setting these are all ports on the public internet.");
}
