namespace Flownally.Api.Http.OpenApi;

/// <summary>Serves the contract as a document (<c>/openapi/v1.json</c>) and as an interactive page (<c>/docs</c>).</summary>
internal static class ContractRoutes
{
    public const string DocumentPath = "/openapi/v1.json";

    /// <param name="demoKey">The key that the page contains when it is opened on this machine; null for a service without a demo.</param>
    public static void MapContractDocument(this WebApplication app, string? demoKey)
    {
        app.MapMethods(DocumentPath, [HttpMethods.Get, HttpMethods.Head], (HttpResponse response) =>
        {
            response.Headers.CacheControl = "no-cache"; // caches must revalidate it
            return ContractDocument.Response;
        }).ExcludeFromDescription();
        app.MapDocsPage(demoKey);
    }
}
