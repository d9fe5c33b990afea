using System.Diagnostics.Metrics;
using Flownally.Domain.Journeys;
using Microsoft.Extensions.Logging;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Reports filters that could not be evaluated: a metric counts all, and the log names some. Not thread-safe.</summary>
public sealed class FilterErrorReport(IMeterFactory meters, TimeProvider clock, ILogger<FilterErrorReport> log)
{
    /// <summary>Limit of log lines per <see cref="Period"/>, because one tenant can have many such filters.</summary>
    private const int MaxLines = 10;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly HashSet<JourneyId> _logged = [];
    private readonly Counter<long> _errors = meters.Create("Flownally").CreateCounter<long>("flownally.journeys.filter_errors", "{event}",
        "How many times the filter of a journey could not be checked, and the event counted as one that does not match.");

    private long? _periodStart;

    public void Add(IReadOnlyList<FailedFilter> failed)
    {
        if (_periodStart is null || clock.GetElapsedTime(_periodStart.Value) >= Period)
        {
            _logged.Clear();
            _periodStart = clock.GetTimestamp();
        }

        foreach (var filter in failed)
        {
            _errors.Add(filter.Times, new KeyValuePair<string, object?>("code", filter.Error.Code));
            if (_logged.Count < MaxLines && _logged.Add(filter.JourneyId))
            {
                log.LogWarning(filter.Exception,
                    "The filter of {Journey} of {Tenant} could not be checked for {Count} events, the last of them {Event}: {Code}",
                    filter.JourneyId, filter.TenantId, filter.Times, filter.Error.EventId, filter.Error.Code);
            }
        }
    }
}
