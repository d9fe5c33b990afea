using System.Net;
using System.Text;
using Flownally.Api.Http.Edge;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using NSwag.AspNetCore;

namespace Flownally.Api.Http.OpenApi;

/// <summary>
/// An interactive page of the contract: NSwag's Swagger UI in the service's own page, because NSwag's page has inline scripts. In a demo
/// the page contains the demo's key, so that every operation can be tried at once.
/// </summary>
internal static class DocsPage
{
    private const string Path = "/docs";
    private const string Page = Path + "/index.html";
    private const string Script = "docs.js";

    /// <summary>The page may connect only to this service. Swagger UI needs inline styles.</summary>
    private const string Policy = "default-src 'self'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
        + "object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    /// <summary>Caches must revalidate the file.</summary>
    private const string Revalidate = "no-cache";

    private const string SwaggerUiResources = "NSwag.AspNetCore.SwaggerUi.";

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

    /// <param name="demoKey">Null for a service without a demo.</param>
    public static void MapDocsPage(this IEndpointRouteBuilder app, string? demoKey)
    {
        foreach (var address in new[] { "/", Path })
        {
            app.MapMethods(address, Methods, (HttpRequest request) => Results.Redirect(request.PathBase.ToUriComponent() + Page))
                .ExcludeFromDescription();
        }

        app.MapMethods(Page, Methods, (HttpContext context) => RenderPage(context, demoKey)).ExcludeFromDescription();
        var script = Results.Bytes(
            Encoding.UTF8.GetBytes(ScriptText), "text/javascript; charset=utf-8", entityTag: TagOf(typeof(DocsPage)));
        app.MapMethods($"{Path}/{Script}", Methods, (HttpResponse response) => WithRevalidation(response, script)).ExcludeFromDescription();
        foreach (var (name, type) in Files)
        {
            app.MapMethods($"{Path}/{name}", Methods, (HttpResponse response) => WithRevalidation(response, SwaggerUiFile(name, type)))
                .ExcludeFromDescription();
        }
    }

    private static IResult RenderPage(HttpContext context, string? demoKey)
    {
        context.Response.Headers.ContentSecurityPolicy = Policy;
        context.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering(); // not compressed, because it may contain a key
        var showsKey = demoKey is not null && MaySeeKey(context);
        var head = showsKey ? $"""<meta name="demo-key" content="{WebUtility.HtmlEncode(demoKey)}">""" : "";
        return Results.Text(PageText(head), "text/html", Encoding.UTF8);
    }

    /// <summary>
    /// The key is shown only if the page is opened on this machine, with a name of this machine, and not by another site. The host name
    /// excludes DNS rebinding. Browsers send the requesting site (Fetch Metadata, https://www.w3.org/TR/fetch-metadata); other tools send
    /// nothing.
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

    private static IResult WithRevalidation(HttpResponse response, IResult file)
    {
        response.Headers.CacheControl = Revalidate;
        return file;
    }

    private static IResult SwaggerUiFile(string name, string contentType)
    {
        var file = typeof(SwaggerUiSettings).Assembly.GetManifestResourceStream(SwaggerUiResources + name)!;
        return Results.Stream(file, contentType, entityTag: TagOf(typeof(SwaggerUiSettings)));
    }

    /// <summary>A tag that changes with the file's assembly.</summary>
    private static EntityTagHeaderValue TagOf(Type type) => new($"\"{type.Module.ModuleVersionId:N}\"");
}
