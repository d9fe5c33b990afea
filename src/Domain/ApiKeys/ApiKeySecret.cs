using System.Buffers.Text;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Flownally.Domain.ApiKeys;

/// <summary>
/// The secret a caller sends: <c>fln_live_</c> and 256 random bits in base64url. It is shown once, when it is made;
/// what is stored is its SHA-256, which needs no salt or stretching because the secret cannot be guessed.
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

    /// <summary>SHA-256 of the secret, by which it is stored and found.</summary>
    public byte[] Hash()
    {
        Span<byte> ascii = stackalloc byte[Length];
        Encoding.ASCII.GetBytes(_text, ascii);
        return SHA256.HashData(ascii);
    }

    /// <summary>The secret itself, for the one moment in which it is handed over.</summary>
    public string Reveal() => _text;

    /// <summary>Not the secret, so that it cannot slip into a log.</summary>
    public override string ToString() => Prefix + "…";
}
