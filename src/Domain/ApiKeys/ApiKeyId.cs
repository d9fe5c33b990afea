using System.Diagnostics.CodeAnalysis;
using Flownally.Domain.Ids;

namespace Flownally.Domain.ApiKeys;

/// <summary>The id of an API key: <c>key_</c> and 26 characters (see <see cref="IdText"/>).</summary>
public readonly record struct ApiKeyId(Guid Value) : IParsable<ApiKeyId>
{
    public const string Prefix = "key_";

    public override string ToString() => IdText.Format(Prefix, Value);

    public static ApiKeyId Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var id) ? id : throw IdText.Malformed("an API key", Prefix);

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out ApiKeyId result)
    {
        var parsed = IdText.TryParse(Prefix, s, out var value);
        result = new ApiKeyId(value);
        return parsed;
    }
}
