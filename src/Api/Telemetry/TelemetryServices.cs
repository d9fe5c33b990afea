using System.Reflection;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Flownally.Api.Telemetry;

/// <summary>
/// Exports metrics and traces with OpenTelemetry: to the collector in <c>OTEL_EXPORTER_OTLP_ENDPOINT</c>, and metrics to Prometheus at
/// <c>Metrics__Url</c>. Without these settings nothing is collected.
/// </summary>
internal static class TelemetryServices
{
    /// <summary>The exporter reads this setting; OpenTelemetry's specification defines its name.</summary>
    private const string Collector = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>The settings with a collector's address: for all signals, and for single ones.</summary>
    public static readonly string[] Collectors = [Collector, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"];

    /// <summary>The meters of this program, the driver, the server and the runtime.</summary>
    private static readonly string[] Meters =
        ["Flownally", "Npgsql", "Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "System.Runtime"];

    public static IServiceCollection AddTelemetry(this IServiceCollection services, IConfiguration configuration)
    {
        var (isCollected, isScraped) = (configuration[Collector] is { Length: > 0 }, configuration["Metrics:Url"] is { Length: > 0 });
        if (!isCollected && !isScraped)
        {
            return services;
        }

        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("flownally", serviceVersion: Version));
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
