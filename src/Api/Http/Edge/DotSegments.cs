using Microsoft.AspNetCore.Http.Features;

namespace Flownally.Api.Http.Edge;

/// <summary>
/// Restores the path as it was sent. The server removes <c>.</c> and <c>..</c> (RFC 3986 §5.2.4), so <c>/v1/contacts/../events</c> would
/// return the events of the whole tenant. In the restored path such a segment is an id, and no resource has that id.
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
    /// Whether the target is a whole URL, as for a proxy (RFC 9112 §3.2.2). The server parses it with <see cref="Uri"/>, which also accepts
    /// a backslash as a slash.
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
