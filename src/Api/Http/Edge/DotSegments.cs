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
        if (target.StartsWith('/') && MayHaveDots(target))
        {
            var path = target.Split('?')[0];
            if (Array.Exists(path.Split('/'), segment => Uri.UnescapeDataString(segment) is "." or ".."))
            {
                context.Request.Path = PathString.FromUriComponent(path);
            }
        }

        return next(context);
    });

    private static bool MayHaveDots(string target) =>
        target.Contains("/.", StringComparison.Ordinal) || target.Contains("%2e", StringComparison.OrdinalIgnoreCase);
}
