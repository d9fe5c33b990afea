using System.Diagnostics.CodeAnalysis;
using Flownally.Domain;

namespace Flownally.Api.Http.Binding;

/// <summary>A query parameter with a time in the format of RFC 3339, with its offset.</summary>
public readonly record struct Instant(DateTimeOffset Value) : IParsable<Instant>
{
    public static Instant Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var instant)
            ? instant
            : throw new FormatException("A time is written as in RFC 3339, with its offset: 2026-01-31T09:30:00Z.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out Instant result)
    {
        var parsed = Rfc3339.TryParse(s ?? "", out var time);
        result = new Instant(time);
        return parsed;
    }
}
