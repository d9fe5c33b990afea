using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Flownally.Domain.Journeys;

/// <summary>
/// The key that signs webhooks, shared by sender and receiver: <c>whsec_</c> and 24 to 64 bytes in base64 with padding
/// (Standard Webhooks 1.0, "Signature scheme").
/// </summary>
public sealed class WebhookSecret : IParsable<WebhookSecret>
{
    public const string Prefix = "whsec_";

    public const int MinBytes = 24;
    public const int MaxBytes = 64;

    /// <summary>The rule in words, for error messages.</summary>
    public const string Rule = "whsec_ and 24 to 64 bytes in base64";

    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    public static WebhookSecret Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var secret) ? secret : throw new FormatException($"A webhook secret consists of {Rule}.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out WebhookSecret result)
    {
        Span<byte> key = stackalloc byte[MaxBytes];
        var parsed = s is not null && s.StartsWith(Prefix, StringComparison.Ordinal) && !s.AsSpan().ContainsAny(" \t\r\n")
            && Convert.TryFromBase64Chars(s.AsSpan(Prefix.Length), key, out var length) && length >= MinBytes
            ? new WebhookSecret(key[..length].ToArray())
            : null;
        return (result = parsed) is not null;
    }

    /// <summary>Signs one attempt.</summary>
    /// <returns>The value of the header <c>webhook-signature</c>.</returns>
    /// <param name="id">The value of <c>webhook-id</c>. It must not contain a full stop, which separates it from the timestamp.</param>
    /// <param name="timestamp">The value of <c>webhook-timestamp</c>: the time of the attempt in seconds since 1970.</param>
    /// <param name="body">The bytes of the request body.</param>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hmac.AppendData(body);
        return "v1," + Convert.ToBase64String(hmac.GetHashAndReset());
    }

    /// <summary>The secret in plain text, for the database.</summary>
    public string Reveal() => Prefix + Convert.ToBase64String(_key);

    /// <summary>The prefix only, so that no log shows the secret.</summary>
    public override string ToString() => Prefix + "…";
}
