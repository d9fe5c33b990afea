using System.Diagnostics.CodeAnalysis;
using Flownally.Domain;

namespace Flownally.Api.Http.Binding;

/// <summary>An enumeration value as a query parameter, spelt as in JSON. MVC would also accept numbers and other spellings.</summary>
public readonly record struct EnumParameter<T>(T Value) : IParsable<EnumParameter<T>> where T : struct, Enum
{
    static EnumParameter<T> IParsable<EnumParameter<T>>.Parse(string s, IFormatProvider? provider) =>
        EnumText.All<T>().TryGetValue(s, out var value)
        ? new EnumParameter<T>(value)
        : throw new FormatException($"The value is one of {string.Join(", ", EnumText.All<T>().Keys)}.");

    static bool IParsable<EnumParameter<T>>.TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out EnumParameter<T> result)
    {
        var isKnown = EnumText.All<T>().TryGetValue(s ?? "", out var value);
        result = new EnumParameter<T>(value);
        return isKnown;
    }
}
