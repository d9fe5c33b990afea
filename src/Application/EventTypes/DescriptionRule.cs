using Flownally.Domain.EventTypes;
using FluentValidation;

namespace Flownally.Application.EventTypes;

internal static class DescriptionRule
{
    /// <summary>Limits the length in code points, as JSON Schema counts characters, not in UTF-16 units.</summary>
    public static void Description<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(text => text is null || text.EnumerateRunes().Count() <= EventType.MaxDescriptionLength)
        .OverridePropertyName("/description").WithErrorCode("tooLong")
        .WithMessage($"A description has at most {EventType.MaxDescriptionLength} characters.");
}
