using System.Diagnostics.Metrics;
using Flownally.Application.Journeys.Dispatch;
using Microsoft.Extensions.Logging;

namespace Flownally.Infrastructure.Journeys.Dispatch;

/// <summary>Tells operators of filters that could not be checked: a counter of all, and a log that names a few. For one caller at a time.</summary>
internal sealed class FilterErrorReport
{
    /// <summary>Lines in the log between two <see cref="Period"/>s: one tenant can have many such filters.</summary>
    private const int MostLines = 10;

    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    private readonly HashSet<Domain.Journeys.JourneyId> _named = [];
    private readonly Counter<long> _errors;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private long? _since;

    public FilterErrorReport(IMeterFactory meters, TimeProvider clock, ILogger<FilterErrorReport> log)
    {
        (_clock, _log) = (clock, log);
        _errors = meters.Create("Flownally").CreateCounter<long>("flownally.journeys.filter_errors", "{event}",
            "How many times the filter of a journey could not be checked, and the event counted as one that does not match.");
    }

    public void Add(IReadOnlyList<FailedFilter> failed)
    {
        if (_since is null || _clock.GetElapsedTime(_since.Value) >= Period)
        {
            _named.Clear();
            _since = _clock.GetTimestamp();
        }

        foreach (var filter in failed)
        {
            _errors.Add(filter.Times, new KeyValuePair<string, object?>("code", filter.Error.Code));
            if (_named.Count < MostLines && _named.Add(filter.JourneyId))
            {
                _log.LogWarning(filter.Exception, "The filter of {Journey} of {Tenant} could not be checked for {Count} events, the last of them {Event}: {Code}",
                    filter.JourneyId, filter.TenantId, filter.Times, filter.Error.EventId, filter.Error.Code);
            }
        }
    }
}
