using Flownally.Domain.EventTypes;
using FluentValidation;

namespace Flownally.Application.EventTypes;

internal static class DescriptionRule
{
    /// <summary>Counts characters as JSON Schema does: code points, not UTF-16 units.</summary>
    public static void Description<T>(this IRuleBuilder<T, string?> rule) => rule
        .Must(text => text is null || text.EnumerateRunes().Count() <= EventType.MaxDescriptionLength)
        .OverridePropertyName("/description").WithErrorCode("tooLong")
        .WithMessage($"A description has at most {EventType.MaxDescriptionLength} characters.");
}
