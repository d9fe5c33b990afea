using Microsoft.Net.Http.Headers;

namespace Flownally.Api.Http.Binding;

/// <summary>The media types that a caller accepts (RFC 9110 §12.5.1).</summary>
internal static class AcceptHeader
{
    public const string Json = "application/json";
    public const string Html = "text/html";

    /// <summary>
    /// The quality of a media type, 0 to 1, and the specificity of the range that matches it: 0 any type, 1 any subtype, 2 this type.
    /// </summary>
    /// <remarks>
    /// The most specific range decides: <c>application/json;q=0, */*</c> excludes JSON. Parameters such as a charset are ignored: a
    /// response has one form, and clients often send them.
    /// </remarks>
    public static (double Quality, int Specificity) Preference(HttpRequest request, string mediaType)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(accept, out var ranges))
        {
            return (1, 0);
        }

        var type = new MediaTypeHeaderValue(mediaType);
        var decisive = ranges.Where(range => type.IsSubsetOf(new MediaTypeHeaderValue(range.MediaType))).MaxBy(Specificity);
        return decisive is null ? (0, 0) : (decisive.Quality ?? 1, Specificity(decisive));
    }

    private static int Specificity(MediaTypeHeaderValue range) => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
}
