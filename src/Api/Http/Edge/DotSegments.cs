using Microsoft.AspNetCore.Http.Features;

namespace Flownally.Api.Http.Edge;

/// <summary>
/// Takes a path as it was sent. The server folds <c>.</c> and <c>..</c> (RFC 3986 §5.2.4), so that <c>/v1/contacts/../events</c> would show the events
/// of the whole tenant. Unfolded, such a segment is an id like any other, and no resource has it.
/// </summary>
internal static class DotSegments
{
    public static IApplicationBuilder UsePathAsSent(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var path = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0];
        if (MayHaveDots(path) && path.StartsWith('/') && Array.Exists(path.Split('/'), segment => Uri.UnescapeDataString(segment) is "." or ".."))
        {
            context.Request.Path = PathString.FromUriComponent(path);
        }

        return next(context);
    });

    private static bool MayHaveDots(string path) => path.Contains("/.", StringComparison.Ordinal) || path.Contains("%2e", StringComparison.OrdinalIgnoreCase);
}
