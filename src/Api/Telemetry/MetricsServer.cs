using System.Net.Sockets;
using Microsoft.Extensions.Options;
using OpenTelemetry.Metrics;

namespace Flownally.Api.Telemetry;

/// <summary>
/// Serves metrics to Prometheus at <c>/metrics</c> on a separate address. Metrics cover all tenants, so operators expose the address only
/// to their own network, and it stays reachable when the service has too many connections.
/// </summary>
internal sealed class MetricsServer(IOptions<MetricsOptions> options, MeterProvider meters, ILoggerFactory logging) : IHostedService
{
    private readonly WebApplication _app = Build(options.Value.Url!, meters, logging);

    /// <exception cref="IOException">The address is in use or unavailable.</exception>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        try
        {
            await _app.StartAsync(cancellationToken);
        }
        catch (Exception exception) when (exception is SocketException or InvalidOperationException) // their messages lack the address
        {
            throw new IOException($"Metrics cannot be shown at {options.Value.Url}: {exception.Message.TrimEnd('.')}.", exception);
        }
    }

    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await _app.StopAsync(cancellationToken);
        await _app.DisposeAsync();
    }

    private static WebApplication Build(string url, MeterProvider meters, ILoggerFactory logging)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Services.AddSingleton(logging);
        builder.WebHost.UseUrls(url).ConfigureKestrel(server => server.AddServerHeader = false);
        var app = builder.Build();
        app.UseOpenTelemetryPrometheusScrapingEndpoint(
            meters, predicate: null, path: "/metrics", configureBranchedPipeline: null, optionsName: null);
        return app;
    }
}
