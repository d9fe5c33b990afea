using System.ComponentModel.DataAnnotations;
using Flownally.Application.Journeys;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Journeys;

namespace Flownally.Api.Journeys;

/// <summary>Selects the entries to redeliver.</summary>
/// <example>{ "states": ["failed"], "enteredFrom": "2026-01-31T00:00:00Z" }</example>
public sealed class RedeliverJourneyEntriesRequest
{
    /// <summary>The delivery states of the entries; at least one. Entries that wait for their first attempt are skipped.</summary>
    [MinLength(1)]
    public required IReadOnlyList<DeliveryState> States { get; init; }

    /// <summary>Only entries at this time or later.</summary>
    public DateTimeOffset? EnteredFrom { get; init; }

    /// <summary>Only entries before this time.</summary>
    public DateTimeOffset? EnteredTo { get; init; }

    /// <summary>The `nextPageToken` of the previous call. Send the other members unchanged.</summary>
    public string? PageToken { get; init; }

    public RedeliverJourneyEntries ToCommand(Caller caller, JourneyId id) => new(caller, id, States, EnteredFrom, EnteredTo, PageToken);
}
