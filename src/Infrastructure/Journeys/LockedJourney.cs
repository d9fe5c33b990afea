using Flownally.Application.Journeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Journeys;
using Flownally.Infrastructure.Database;
using Flownally.Infrastructure.Events;

namespace Flownally.Infrastructure.Journeys;

/// <summary>A row of <c>journeys</c>, and its intervals, which are written under one lock only.</summary>
internal sealed class LockedJourney(Journey journey, DatabaseTransaction transaction) : ILockedJourney
{
    private const string Update = """
        UPDATE journeys
        SET    name = @name, status = @status, entry_mode = @entry_mode, trigger_event_type_id = @type, payload_filter = @filter::json,
               target_url = @url, target_secret = @secret, revision = @revision, trigger_revision = @trigger_revision,
               updated_at = @updated_at
        WHERE  tenant_id = @tenant_id AND id = @id
        """;

    private const string EndInterval = $"""
        UPDATE journey_activations
        SET    to_tx = {FeedClock.ThisTransaction}
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND to_tx IS NULL
        """;

    private const string BeginInterval = $"""
        INSERT INTO journey_activations (tenant_id, journey_id, from_tx, event_type_id, payload_filter, entry_mode, trigger_revision)
        VALUES (@tenant_id, @id, {FeedClock.ThisTransaction}, @type, @filter::json, @entry_mode, @trigger_revision)
        """;

    /// <summary>
    /// Where the tenant is behind, what it has not read by now does not count: it can be much, and whoever pauses wants an end to it.
    /// Intervals before the last are cut, too, as far as they are not read.
    /// </summary>
    private const string CutIntervals = """
        UPDATE journey_activations a
        SET    cut_tx = b.transaction_id, cut_position = b.position
        FROM   journey_backlogs b
        WHERE  a.tenant_id = @tenant_id AND a.journey_id = @id
        AND    b.tenant_id = a.tenant_id
        AND    a.to_tx > b.transaction_id AND a.cut_tx IS NULL
        """;

    private const string Delete = """
        UPDATE journeys
        SET    deleted_at = @now
        WHERE  tenant_id = @tenant_id AND id = @id
        """;

    private const string Redeliver = $"""
        UPDATE journey_entries
        SET    delivery_state = 'pending', attempts = 0, next_attempt_at = @now
        WHERE  tenant_id = @tenant_id AND journey_id = @id AND id = @entry
        RETURNING {JourneyQueries.EntryColumns}
        """;

    public Journey Journey { get; } = journey;

    public async Task<EventTypeUnknown?> SaveAsync(Journey changed, CancellationToken cancellationToken)
    {
        if (changed.TriggerConfig != Journey.TriggerConfig && await JourneyRepository.HoldTypeAsync(transaction, changed, cancellationToken) is { } unknown)
        {
            return unknown;
        }

        var columns = JourneyRepository.Columns(changed);
        await transaction.ExecuteAsync(Update, columns, cancellationToken);
        if (changed.Activation != Journey.Activation)
        {
            await transaction.ExecuteAsync(EndInterval, columns, cancellationToken);
            await transaction.ExecuteAsync(changed.Activation is null ? CutIntervals : BeginInterval, columns, cancellationToken);
        }

        return null;
    }

    public async Task DeleteAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(Delete, new { id = Journey.Id.Value, now }, cancellationToken);
        await transaction.ExecuteAsync(EndInterval, new { id = Journey.Id.Value }, cancellationToken);
        await transaction.ExecuteAsync(CutIntervals, new { id = Journey.Id.Value }, cancellationToken);
    }

    public async Task<JourneyEntryResponse?> RedeliverAsync(JourneyEntryId entry, DateTimeOffset now, CancellationToken cancellationToken) =>
        (await transaction.FindAsync<JourneyEntryRow>(Redeliver, new { id = Journey.Id.Value, entry = entry.Value, now }, cancellationToken))?.ToResponse();

    public Task CommitAsync(CancellationToken cancellationToken) => transaction.CommitAsync(cancellationToken);

    public ValueTask DisposeAsync() => transaction.DisposeAsync();
}
