using System.Diagnostics.CodeAnalysis;

namespace Flownally.Api.Http.Binding;

/// <summary>A query parameter with the value <c>true</c> or <c>false</c>.</summary>
public readonly record struct Flag(bool Value) : IParsable<Flag>
{
    public static Flag Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var flag) ? flag : throw new FormatException("The value is true or false.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Flag result)
    {
        result = new Flag(s == "true");
        return s is "true" or "false";
    }
}
