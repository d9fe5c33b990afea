using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Flownally.Domain.ApiKeys;

/// <summary>
/// The secret that a caller sends: <c>fln_live_</c> and 256 random bits in base64url. It is shown once, on creation.
/// The database stores its SHA-256. A random secret of this length cannot be guessed, so the hash needs no salt or stretching.
/// </summary>
public sealed class ApiKeySecret
{
    public const string Prefix = "fln_live_";

    private const int RandomBytes = 32;
    private const int Length = 9 + 43;

    private readonly string _text;

    private ApiKeySecret(string text) => _text = text;

    public static ApiKeySecret Generate() =>
        new(Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(RandomBytes)));

    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out ApiKeySecret? secret)
    {
        var parsed = text.Length == Length && text.StartsWith(Prefix, StringComparison.Ordinal)
            && Base64Url.IsValid(text[Prefix.Length..]) && !text.ContainsAny(" \t\r\n");
        secret = parsed ? new ApiKeySecret(text.ToString()) : null;
        return parsed;
    }

    /// <summary>SHA-256 of the secret. The repository stores it and looks keys up by it.</summary>
    public byte[] Hash()
    {
        Span<byte> ascii = stackalloc byte[Length];
        Encoding.ASCII.GetBytes(_text, ascii);
        return SHA256.HashData(ascii);
    }

    /// <summary>The secret in plain text. Show it once, to its owner.</summary>
    public string Reveal() => _text;

    /// <summary>The prefix only, so that no log shows the secret.</summary>
    public override string ToString() => Prefix + "…";
}
