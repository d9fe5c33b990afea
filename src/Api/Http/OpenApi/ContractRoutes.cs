namespace Flownally.Api.Http.OpenApi;

/// <summary>The contract as a document (<c>/openapi/v1.json</c>) and as a page to try it on (<c>/docs</c>).</summary>
internal static class ContractRoutes
{
    public const string DocumentPath = "/openapi/v1.json";

    /// <param name="demoKey">Is filled in for whoever opens the page on this machine; null for a service that is no demo.</param>
    public static void MapContractDocument(this WebApplication app, string? demoKey)
    {
        app.MapMethods(DocumentPath, [HttpMethods.Get, HttpMethods.Head], (HttpResponse response) =>
        {
            response.Headers.CacheControl = "no-cache"; // may be kept, but is asked for again
            return ContractDocument.Answer;
        }).ExcludeFromDescription();
        app.MapDocsPage(demoKey);
    }
}
