using Microsoft.Extensions.Primitives;

namespace Flownally.Api.Http.Edge;

/// <summary>What each answer tells browsers and caches, unless the answer says something else itself: to keep, guess, embed and pass on nothing.</summary>
internal static class SecurityHeaders
{
    private static readonly StringValues NoStore = "no-store";
    private static readonly StringValues NoSniff = "nosniff";
    private static readonly StringValues NoReferrer = "no-referrer";
    private static readonly StringValues SameOrigin = "same-origin";
    private static readonly StringValues Nothing = "default-src 'none'; frame-ancestors 'none'";

    /// <summary>Sets them before anything else answers: a callback for the start of each answer would cost recording garbage.</summary>
    public static IApplicationBuilder UseSecurityHeaders(this IApplicationBuilder app) => app.Use(static (context, next) =>
    {
        Set(context.Response.Headers);
        return next(context);
    });

    public static void Set(IHeaderDictionary headers)
    {
        headers.CacheControl = NoStore;
        headers.XContentTypeOptions = NoSniff;
        headers.ContentSecurityPolicy = Nothing;
        headers["Referrer-Policy"] = NoReferrer;
        headers["Cross-Origin-Resource-Policy"] = SameOrigin;
    }
}
