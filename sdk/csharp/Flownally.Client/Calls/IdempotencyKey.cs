using System.Security.Cryptography;

namespace Flownally.Client;

/// <summary>The name of one recording, by which a repeat is known: 1 to 255 characters of printable ASCII.</summary>
internal static class IdempotencyKey
{
    public const string Header = "Idempotency-Key";
    private const int MaxLength = 255;
    private const int RandomLength = 32;

    public static string New() => RandomNumberGenerator.GetHexString(RandomLength);

    /// <exception cref="ArgumentException">The key is too short, too long, or has another character, such as a line break.</exception>
    public static void Check(string key, string parameter)
    {
        if (key.Length is 0 or > MaxLength || key.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new ArgumentException($"An idempotency key is 1 to {MaxLength} characters of printable ASCII.", parameter);
        }
    }

    /// <returns>The key as a string of RFC 8941 §3.3.3, so that spaces at its ends and a leading quote survive.</returns>
    public static string Quote(string key) =>
        $"\"{key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";
}
