namespace Flownally.Domain.Json;

/// <summary>Builds RFC 6901 pointers.</summary>
public static class JsonPointer
{
    /// <summary>One reference token: <c>~</c> and <c>/</c> are written <c>~0</c> and <c>~1</c> (RFC 6901 §3).</summary>
    public static string Escape(string name) =>
        name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);
}
