using System.Net;
using System.Text;
using Flownally.Api.Http.Edge;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using NSwag.AspNetCore;

namespace Flownally.Api.Http.OpenApi;

/// <summary>
/// The page to try the contract on: Swagger UI, as NSwag brings it, in a page of our own, because NSwag's has its scripts inline. In a demo
/// the page holds the demo's key, so that every operation can be tried at once.
/// </summary>
internal static class DocsPage
{
    private const string Path = "/docs";
    private const string Page = Path + "/index.html";
    private const string Script = "docs.js";

    /// <summary>The page may speak to this service only. Swagger UI needs styles inline.</summary>
    private const string Policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>May be kept, but is asked for again.</summary>
    private const string Revalidated = "no-cache";

    private const string FilesOfSwaggerUi = "NSwag.AspNetCore.SwaggerUi.";

    private const string ScriptText = $$"""
        const demoKey = document.querySelector('meta[name="demo-key"]')?.content;
        const ui = SwaggerUIBundle({
          url: '..{{ContractRoutes.DocumentPath}}',
          dom_id: '#swagger-ui',
          deepLinking: true,
          docExpansion: 'list',
          validatorUrl: null,
          persistAuthorization: !demoKey,
          onComplete: () => demoKey && ui.preauthorizeApiKey('{{ContractGenerator.SecurityScheme}}', demoKey),
        });

        """;

    private static readonly string[] Methods = [HttpMethods.Get, HttpMethods.Head];

    private static readonly (string Name, string ContentType)[] Files =
    [
        ("swagger-ui-bundle.js", "text/javascript"),
        ("swagger-ui.css", "text/css"),
        ("index.css", "text/css"),
        ("favicon-16x16.png", "image/png"),
        ("favicon-32x32.png", "image/png"),
    ];

    /// <param name="demoKey">Null for a service that is no demo.</param>
    public static void MapDocsPage(this IEndpointRouteBuilder app, string? demoKey)
    {
        foreach (var address in new[] { "/", Path })
        {
            app.MapMethods(address, Methods, (HttpRequest request) => Results.Redirect(request.PathBase.ToUriComponent() + Page)).ExcludeFromDescription();
        }

        app.MapMethods(Page, Methods, (HttpContext context) => Answer(context, demoKey)).ExcludeFromDescription();
        var script = Results.Bytes(Encoding.UTF8.GetBytes(ScriptText), "text/javascript; charset=utf-8", entityTag: TagOf(typeof(DocsPage)));
        app.MapMethods($"{Path}/{Script}", Methods, (HttpResponse response) => Keep(response, script)).ExcludeFromDescription();
        foreach (var (name, type) in Files)
        {
            app.MapMethods($"{Path}/{name}", Methods, (HttpResponse response) => Keep(response, FileOfSwaggerUi(name, type))).ExcludeFromDescription();
        }
    }

    private static IResult Answer(HttpContext context, string? demoKey)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering(); // it may hold a key, so it is not compressed
        return Results.Text(PageText(demoKey is not null && MaySeeKey(context) ? $"""<meta name="demo-key" content="{WebUtility.HtmlEncode(demoKey)}">""" : ""), "text/html", Encoding.UTF8);
    }

    /// <summary>
    /// Only whoever opens the page on this machine, by a name of this machine: no name that others make to resolve to it, and no page of
    /// others. Browsers tell who asks for a page (Fetch Metadata, https://www.w3.org/TR/fetch-metadata); a tool that is no browser tells nothing.
    /// </summary>
    private static bool MaySeeKey(HttpContext context) =>
        context.Connection.RemoteIpAddress is { } caller && IPAddress.IsLoopback(caller)
        && HostFilter.Names(context.Request.Host, HostFilter.Loopback)
        && context.Request.Headers["Sec-Fetch-Site"].ToString() is "" or "none" or "same-origin";

    private static string PageText(string head) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        {head}
        <title>Flownally events</title>
        <link rel="stylesheet" href="swagger-ui.css">
        <link rel="stylesheet" href="index.css">
        <link rel="icon" type="image/png" href="favicon-32x32.png" sizes="32x32">
        <link rel="icon" type="image/png" href="favicon-16x16.png" sizes="16x16">
        </head>
        <body>
        <div id="swagger-ui"></div>
        <script src="swagger-ui-bundle.js"></script>
        <script src="{Script}"></script>
        </body>
        </html>

        """;

    private static IResult Keep(HttpResponse response, IResult file)
    {
        response.Headers.CacheControl = Revalidated;
        return file;
    }

    private static IResult FileOfSwaggerUi(string name, string contentType) => Results.Stream(
        typeof(SwaggerUiSettings).Assembly.GetManifestResourceStream(FilesOfSwaggerUi + name)!, contentType, entityTag: TagOf(typeof(SwaggerUiSettings)));

    /// <summary>Changes with the assembly that a file lies in.</summary>
    private static EntityTagHeaderValue TagOf(Type type) => new($"\"{type.Module.ModuleVersionId:N}\"");
}
