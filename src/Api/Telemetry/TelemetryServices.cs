using System.Reflection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Flownally.Api.Telemetry;

/// <summary>
/// Hands metrics and traces to whoever collects them, by OpenTelemetry: to the collector that <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names, and
/// metrics to Prometheus at <c>Metrics__Url</c>. Without either of them nothing is collected.
/// </summary>
internal static class TelemetryServices
{
    /// <summary>Read by the exporter itself: OpenTelemetry's specification names its settings.</summary>
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The settings that hold a collector's address: for all signals, and for one of them.</summary>
    public static readonly string[] Collectors = [Collector, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

    /// <summary>What is measured: by this program, the driver, the server and the runtime.</summary>
    private static readonly string[] Meters =
        ["Flownally", "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var (isCollected, isScraped) = (configuration[Collector] is { Length: > 0 }, configuration["Metrics:Url"] is { Length: > 0 });
        if (!isCollected && !isScraped)
        {
            return services;
        }

        var telemetry = services.AddOpenTelemetry().ConfigureResource(resource => resource.AddService("flownally", serviceVersion: Version));
        telemetry.WithMetrics(metrics =>
        {
            metrics.AddMeter(Meters);
            if (isCollected)
            {
                metrics.AddOtlpExporter();
            }

            if (isScraped)
            {
                metrics.AddPrometheusExporter();
                services.AddHostedService<MetricsServer>();
            }
        });
        if (isCollected && configuration.GetValue<double>("Traces:Ratio") is > 0 and var ratio)
        {
            telemetry.WithTracing(traces => traces
                .SetSampler(new ParentBasedSampler(new TraceIdRatioBasedSampler(ratio)))
                .AddAspNetCoreInstrumentation()
                .AddSource("Npgsql")
                .AddOtlpExporter());
        }

        return services;
    }

    private static string? Version =>
        typeof(TelemetryServices).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion;
}
