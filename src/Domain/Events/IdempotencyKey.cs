using System.Diagnostics.CodeAnalysis;

namespace Flownally.Domain.Events;

/// <summary>
/// A client's name for one recording, so that a repeated request does not record the event twice:
/// 1 to 255 characters of printable ASCII (U+0020 to U+007E), unique in its tenant.
/// </summary>
public readonly record struct IdempotencyKey : IParsable<IdempotencyKey>
{
    public const int MaxLength = 255;

    /// <summary>The rule in words, for error messages.</summary>
    public const string Rule = "1 to 255 characters of printable ASCII";

    private readonly string? _value;

    private IdempotencyKey(string value) => _value = value;

    public string Value => _value ?? throw new InvalidOperationException("An empty idempotency key.");

    public override string ToString() => Value;

    public static IdempotencyKey Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var key) ? key : throw new FormatException($"An idempotency key has {Rule}.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out IdempotencyKey result)
    {
        var parsed = s is { Length: >= 1 and <= MaxLength } && !s.AsSpan().ContainsAnyExceptInRange(' ', '~');
        result = parsed ? new IdempotencyKey(s!) : default;
        return parsed;
    }
}
