using System.ComponentModel.DataAnnotations;
using Flownally.Api.Http.Edge;

namespace Flownally.Api.Telemetry;

/// <summary>The section <c>Metrics</c> of the configuration.</summary>
internal sealed class MetricsOptions
{
    /// <summary>Where Prometheus reads metrics, at <c>/metrics</c>; null for nowhere.</summary>
    [ListenAddress(ErrorMessage = ListenAddress.OfMachine + ", such as http://127.0.0.1:9464")]
    public string? Url { get; set; }
}

/// <summary>The section <c>Traces</c> of the configuration.</summary>
internal sealed class TracesOptions
{
    /// <summary>The share of calls that are traced, from 0 to 1. A call that its caller traces is traced, too, unless the share is 0.</summary>
    [Range(0.0, 1.0, ErrorMessage = "a number from 0 to 1")]
    public double Ratio { get; set; }
}
