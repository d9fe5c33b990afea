using System.Diagnostics.Metrics;
using Flownally.Domain.Journeys;
using Microsoft.Extensions.Logging;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Tells operators of filters that could not be checked: a counter of all, and a log that names a few. Not thread-safe.</summary>
public sealed class FilterErrorReport(IMeterFactory meters, TimeProvider clock, ILogger<FilterErrorReport> log)
{
    /// <summary>Lines in the log between two <see cref="Period"/>s: one tenant can have many such filters.</summary>
    private const int MostLines = 10;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly HashSet<JourneyId> _named = [];
    private readonly Counter<long> _errors = meters.Create("Flownally").CreateCounter<long>("flownally.journeys.filter_errors", "{event}",
        "How many times the filter of a journey could not be checked, and the event counted as one that does not match.");

    private long? _since;

    public void Add(IReadOnlyList<FailedFilter> failed)
    {
        if (_since is null || clock.GetElapsedTime(_since.Value) >= Period)
        {
            _named.Clear();
            _since = clock.GetTimestamp();
        }

        foreach (var filter in failed)
        {
            _errors.Add(filter.Times, new KeyValuePair<string, object?>("code", filter.Error.Code));
            if (_named.Count < MostLines && _named.Add(filter.JourneyId))
            {
                log.LogWarning(filter.Exception,
                    "The filter of {Journey} of {Tenant} could not be checked for {Count} events, the last of them {Event}: {Code}",
                    filter.JourneyId, filter.TenantId, filter.Times, filter.Error.EventId, filter.Error.Code);
            }
        }
    }
}
