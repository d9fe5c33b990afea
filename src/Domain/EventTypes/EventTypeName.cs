using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;

namespace Flownally.Domain.EventTypes;

/// <summary>
/// A type's name, unique in its tenant: 1 to 100 characters, lower-case words and digits
/// joined by single dots, hyphens or underscores, such as <c>order.paid</c>.
/// </summary>
public readonly partial record struct EventTypeName : IParsable<EventTypeName>
{
    public const int MaxLength = 100;

    private readonly string? _value;

    private EventTypeName(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("An empty event type name.");

    /// <summary>The rule in words, for error messages.</summary>
    private const string Rule =
        "1 to 100 characters: lower-case letters and digits, joined by single dots, hyphens or underscores, such as order.paid";

    public override string ToString() => Value;

    public static EventTypeName Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var name) ? name : throw new FormatException($"The name of an event type has {Rule}.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out EventTypeName result)
    {
        var parsed = s is { Length: <= MaxLength } && Words().IsMatch(s);
        result = parsed ? new EventTypeName(s!) : default;
        return parsed;
    }

    [GeneratedRegex(@"\A[a-z0-9]+([._-][a-z0-9]+)*\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Words();
}
