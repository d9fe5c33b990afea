using System.ComponentModel.DataAnnotations;
using Flownally.Api.Http.Edge;

namespace Flownally.Api.Telemetry;

/// <summary>The section <c>Metrics</c> of the configuration.</summary>
internal sealed class MetricsOptions
{
    /// <summary>The address where Prometheus reads <c>/metrics</c>; null for none.</summary>
    [ListenAddress(ErrorMessage = ListenAddress.HostRule + ", such as http://127.0.0.1:9464")]
    public string? Url { get; set; }
}

/// <summary>The section <c>Traces</c> of the configuration.</summary>
internal sealed class TracesOptions
{
    /// <summary>The share of traced calls, 0 to 1. A call with its caller's trace is also traced, unless the share is 0.</summary>
    [Range(0.0, 1.0, ErrorMessage = "a number from 0 to 1")]
    public double Ratio { get; set; }
}
