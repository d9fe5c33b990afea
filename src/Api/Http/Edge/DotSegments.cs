using Microsoft.AspNetCore.Http.Features;

namespace Flownally.Api.Http.Edge;

/// <summary>
/// Takes a path as it was sent. The server folds <c>.</c> and <c>..</c> (RFC 3986 §5.2.4), so that <c>/v1/contacts/../events</c> would
/// show the events of the whole tenant. Unfolded, such a segment is an id like any other, and no resource has it.
/// </summary>
internal static class DotSegments
{
    public static IApplicationBuilder UsePathAsSent(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;
        if (IsAbsolute(target) || MayHaveDots(target))
        {
            var path = PathOf(target);
            if (IsAbsolute(target) || Array.Exists(path.Split('/'), segment => Uri.UnescapeDataString(segment) is "." or ".."))
            {
                context.Request.Path = PathString.FromUriComponent(path);
            }
        }

        return next(context);
    });

    /// <summary>
    /// Whether it is a whole URL (RFC 9112 §3.2.2), as for a proxy. The server reads that by <see cref="Uri"/>, which also takes a
    /// backslash as a slash.
    /// </summary>
    private static bool IsAbsolute(string target) => target.StartsWith("http", StringComparison.OrdinalIgnoreCase);

    private static bool MayHaveDots(string target) => target.StartsWith('/')
        && (target.Contains("/.", StringComparison.Ordinal) || target.Contains("%2e", StringComparison.OrdinalIgnoreCase));

    private static string PathOf(string target)
    {
        var afterScheme = IsAbsolute(target) ? target.Split("://", 2)[^1] : target;
        var path = afterScheme.Split('?')[0];
        var start = path.IndexOf('/');
        return start < 0 ? "/" : path[start..];
    }
}
