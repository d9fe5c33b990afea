using Flownally.Client;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Registers <see cref="FlownallyClient"/> with <see cref="IHttpClientFactory"/>.</summary>
public static class FlownallyClientServices
{
    /// <returns>The builder of the client's <see cref="HttpClient"/>, for handlers of your own.</returns>
    public static IHttpClientBuilder AddFlownallyClient(this IServiceCollection services, Action<FlownallyClientOptions> configure)
    {
        var client = services.AddHttpClient<FlownallyClient>(http =>
        {
            var options = new FlownallyClientOptions();
            configure(options);
            options.ApplyTo(http);
        });
        client.UseSocketsHttpHandler((handler, _) => FlownallyClient.Configure(handler));
        client.AddResilienceHandler("flownally", (pipeline, _) => Retries.Configure(pipeline));
        client.AddHttpMessageHandler(() => new WholeAnswers());
        return client;
    }
}
