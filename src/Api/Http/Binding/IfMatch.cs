using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using Microsoft.Net.Http.Headers;

namespace Flownally.Api.Http.Binding;

/// <summary>The header If-Match (RFC 9110 §13.1.1). The service's tags are revision numbers, so any other tag matches nothing.</summary>
/// <param name="Revisions">The revisions that the caller accepts; null (<c>*</c>) for any.</param>
public readonly record struct IfMatch(IReadOnlyCollection<int>? Revisions) : IParsable<IfMatch>
{
    public static IfMatch Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var match)
            ? match
            : throw new FormatException("""If-Match is * or a list of entity tags, such as "3".""");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out IfMatch result)
    {
        result = default;
        if (!EntityTagHeaderValue.TryParseStrictList([s ?? ""], out var tags) || tags.Count == 0)
        {
            return false;
        }

        // A weak tag never matches here (RFC 9110 §8.8.3.2).
        result = new IfMatch(tags.Contains(EntityTagHeaderValue.Any)
            ? null
            : [.. tags.Where(tag => !tag.IsWeak).Select(Revision).OfType<int>()]);
        return true;
    }

    private static int? Revision(EntityTagHeaderValue tag) =>
        int.TryParse(tag.Tag.AsSpan().Trim('"'), NumberStyles.None, CultureInfo.InvariantCulture, out var revision) ? revision : null;
}
