using System.Text.Json;

namespace Flownally.Api.OpenApi;

/// <summary>In a demo, the documentation page opens with the demo's key, so that every operation can be tried at once.</summary>
internal static class DemoKeyScript
{
    public const string Path = "/docs-demo.js";

    /// <summary>Waits until Swagger UI, which puts itself into <c>window.ui</c>, knows the contract, and gives it the key.</summary>
    public static string For(string demoKey) => $$"""
        const waiting = setInterval(() => {
          if (window.ui && window.ui.specSelectors.securityDefinitions()) {
            clearInterval(waiting);
            window.ui.preauthorizeApiKey({{JsonSerializer.Serialize(OpenApiServices.SecurityScheme)}}, {{JsonSerializer.Serialize(demoKey)}});
          }
        }, 100);

        """;
}
