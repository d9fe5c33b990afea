using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Flownally.Domain.Journeys;

/// <summary>
/// What a webhook is signed with, shared by the sender and the receiver: <c>whsec_</c> and 24 to 64 bytes in base64, with padding
/// (Standard Webhooks 1.0, "Signature scheme").
/// </summary>
public sealed class WebhookSecret : IParsable<WebhookSecret>
{
    public const string Prefix = "whsec_";

    public const int MinBytes = 24;
    public const int MaxBytes = 64;

    /// <summary>What a secret is, in words for a person who sent another thing.</summary>
    public const string Rule = "whsec_ and 24 to 64 bytes in base64";

    private readonly byte[] _key;

    private WebhookSecret(byte[] key) => _key = key;

    public static WebhookSecret Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var secret) ? secret : throw new FormatException($"A webhook secret is {Rule}.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, [MaybeNullWhen(false)] out WebhookSecret result)
    {
        Span<byte> key = stackalloc byte[MaxBytes];
        var parsed = s is not null && s.StartsWith(Prefix, StringComparison.Ordinal) && !s.AsSpan().ContainsAny(" \t\r\n")
            && Convert.TryFromBase64Chars(s.AsSpan(Prefix.Length), key, out var length) && length >= MinBytes
            ? new WebhookSecret(key[..length].ToArray())
            : null;
        return (result = parsed) is not null;
    }

    /// <summary>Signs one attempt to deliver a webhook: the value of its header <c>webhook-signature</c>.</summary>
    /// <param name="id">The value of <c>webhook-id</c>; holds no full stop, which ends it in what is signed.</param>
    /// <param name="timestamp">The value of <c>webhook-timestamp</c>: the moment of the attempt, in seconds since 1970.</param>
    /// <param name="body">Exactly the bytes that are sent.</param>
    public string Sign(string id, long timestamp, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _key);
        hmac.AppendData(Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{id}.{timestamp}.")));
        hmac.AppendData(body);
        return "v1," + Convert.ToBase64String(hmac.GetHashAndReset());
    }

    /// <summary>The secret itself, to store it.</summary>
    public string Reveal() => Prefix + Convert.ToBase64String(_key);

    /// <summary>Not the secret, so that it cannot slip into a log.</summary>
    public override string ToString() => Prefix + "…";
}
