using Microsoft.Net.Http.Headers;

namespace Flownally.Api.Http.Binding;

/// <summary>What a caller would like to be answered in (RFC 9110 §12.5.1).</summary>
internal static class AcceptHeader
{
    public const string Json = "application/json";
    public const string Html = "text/html";

    /// <summary>How much a media type is wanted, 0 to 1; and how closely it is named: 0 as anything, 1 by its kind, 2 by its name.</summary>
    /// <remarks>
    /// The most specific range decides: <c>application/json;q=0, */*</c> does not want JSON. Parameters such as a charset make no
    /// difference: an answer has one form, and clients name them out of habit.
    /// </remarks>
    public static (double Quality, int Closeness) Wish(HttpRequest request, string mediaType)
    {
        var accept = request.Headers.Accept;
        if (accept.Count == 0 || !MediaTypeHeaderValue.TryParseList(accept, out var ranges))
        {
            return (1, 0);
        }

        var type = new MediaTypeHeaderValue(mediaType);
        var decisive = ranges.Where(range => type.IsSubsetOf(new MediaTypeHeaderValue(range.MediaType))).MaxBy(Closeness);
        return decisive is null ? (0, 0) : (decisive.Quality ?? 1, Closeness(decisive));
    }

    private static int Closeness(MediaTypeHeaderValue range) => range.MatchesAllTypes ? 0 : range.MatchesAllSubTypes ? 1 : 2;
}
