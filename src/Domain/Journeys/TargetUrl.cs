using System.Diagnostics.CodeAnalysis;

namespace Flownally.Domain.Journeys;

/// <summary>
/// The URL of a target: an absolute URL (RFC 3986) with the scheme http or https, without user info and fragment, stored as written.
/// This type does not check whether webhooks may connect to the host.
/// </summary>
public readonly record struct TargetUrl : IParsable<TargetUrl>
{
    public const int MaxLength = 2_048;

    private readonly Uri? _value;

    private TargetUrl(Uri value) => _value = value;

    public Uri Value => _value ?? throw new InvalidOperationException("An empty URL.");

    public override string ToString() => Value.OriginalString;

    public static TargetUrl Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var url)
            ? url
            : throw new FormatException(
                $"A target is an absolute http or https URL of at most {MaxLength} characters, without user info and fragment.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out TargetUrl result)
    {
        var parsed = s is { Length: <= MaxLength } && !s.AsSpan().ContainsAnyExceptInRange('!', '~')
            && !s.Contains('#', StringComparison.Ordinal) && Uri.TryCreate(s, UriKind.Absolute, out var uri)
            && uri is { Scheme: "http" or "https", UserInfo: "" } && uri.IsWellFormedOriginalString()
            ? uri
            : null;
        result = parsed is null ? default : new TargetUrl(parsed);
        return parsed is not null;
    }
}
