using System.Diagnostics;
using Dapper;
using Flownally.Domain.Events;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Npgsql;

namespace Flownally.Load.Crash;

/// <summary>What is stored of a tenant's journeys, once nothing is under way.</summary>
/// <param name="Entries">In the order of their ids.</param>
internal sealed record JourneyAftermath(IReadOnlyList<StoredInterval> Intervals, IReadOnlyList<StoredEntry> Entries)
{
    private const string StoredIntervals = """
        SELECT journey_id, from_tx, to_tx, payload_filter IS NOT NULL, cut_tx, cut_position
        FROM   journey_activations
        WHERE  tenant_id = @tenant
        """;

    private const string StoredEntries = """
        SELECT id, journey_id, event_id, contact_id, delivery_state
        FROM   journey_entries
        WHERE  tenant_id = @tenant
        ORDER  BY id
        """;

    /// <summary>How long deliveries may take: a second attempt follows some six seconds after the first.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <summary>Waits until no webhook is to be sent any more, and reads; what is not delivered by then shows.</summary>
    public static async Task<JourneyAftermath> ReadAsync(string database, TenantId tenant)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        var parameters = new { tenant = tenant.Value };
        for (var since = Stopwatch.GetTimestamp(); ; await Task.Delay(Pause))
        {
            var entries = (await connection.QueryAsync<(Guid, Guid, Guid, string, string)>(StoredEntries, parameters)).Select(StoredEntry.Of).ToList();
            if (entries.All(entry => entry.Delivery != "pending") || Stopwatch.GetElapsedTime(since) > Patience)
            {
                var intervals = await connection.QueryAsync<(Guid, long, long?, bool, long?, long?)>(StoredIntervals, parameters);
                return new JourneyAftermath([.. intervals.Select(StoredInterval.Of)], entries);
            }
        }
    }
}

/// <summary>When a journey reacts: to events whose transaction lies strictly between the two.</summary>
/// <param name="To">Null while it goes on.</param>
/// <param name="Cut">The last place that its tenant had read, where the journey was paused while the tenant was behind.</param>
internal sealed record StoredInterval(string Journey, long From, long? To, bool Filtered, (long, long)? Cut = null)
{
    public bool Contains(StoredEvent e) => Spans(e) && !IsPassedBy(e);

    /// <summary>Whether the event lies where the interval is cut off: it need not make a contact enter, but a step that was under way may have let it.</summary>
    public bool MayContain(StoredEvent e) => Spans(e) && IsPassedBy(e);

    public static StoredInterval Of((Guid Journey, long From, long? To, bool Filtered, long? CutTransaction, long? CutPosition) row) => new(
        $"{new JourneyId(row.Journey)}", row.From, row.To, row.Filtered, row.CutTransaction is null ? null : (row.CutTransaction.Value, row.CutPosition!.Value));

    private bool Spans(StoredEvent e) => From < e.TransactionId && (To is null || e.TransactionId < To) && (!Filtered || CrashJourney.Passes(e.Marker));

    private bool IsPassedBy(StoredEvent e) => Cut is { } cut && cut.CompareTo((e.TransactionId, e.Position)) < 0;
}

internal sealed record StoredEntry(string Id, string Journey, EventId Event, string Contact, string Delivery)
{
    public static StoredEntry Of((Guid Id, Guid Journey, Guid Event, string Contact, string Delivery) row) =>
        new($"{new JourneyEntryId(row.Id)}", $"{new JourneyId(row.Journey)}", new EventId(row.Event), row.Contact, row.Delivery);
}
