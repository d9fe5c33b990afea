using System.Diagnostics.CodeAnalysis;

namespace Flownally.Domain.Journeys;

/// <summary>A label for people: 1 to 100 characters, not only white space. Several journeys may have the same name.</summary>
public readonly record struct JourneyName : IParsable<JourneyName>
{
    /// <summary>In code points, as JSON Schema counts characters, not in UTF-16 units.</summary>
    public const int MaxLength = 100;

    private readonly string? _value;

    private JourneyName(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("An empty name of a journey.");

    public override string ToString() => Value;

    public static JourneyName Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var name)
            ? name
            : throw new FormatException($"A name has 1 to {MaxLength} characters, and not only white space.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out JourneyName result)
    {
        var parsed = !string.IsNullOrWhiteSpace(s) && s.EnumerateRunes().Count() <= MaxLength;
        result = parsed ? new JourneyName(s!) : default;
        return parsed;
    }
}
