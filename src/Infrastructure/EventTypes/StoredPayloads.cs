using System.Data;
using System.Text.Json;
using Flownally.Application;
using Flownally.Application.EventTypes;
using Flownally.Application.Feed;
using Flownally.Application.Sharing;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Hosting;

namespace Flownally.Infrastructure.EventTypes;

/// <summary>
/// Streams payloads in the order that PostgreSQL reads fastest: by the index for a rare type, in table order for a frequent one. PostgreSQL
/// reads ahead while this process checks a payload, which uses two cores.
/// </summary>
/// <param name="host">Cancels scans when the process stops; null in a command.</param>
internal sealed class StoredPayloads(Database database, PrimarySessions sessions, IHostApplicationLifetime? host = null) : IStoredPayloads
{
    /// <summary>
    /// A scan may take minutes. A tenant has one scan at a time, and all tenants together use at most half of the sessions. A scan waits
    /// for its turn before it takes a session or a lock, so that nothing waits for the scan.
    /// </summary>
    private readonly FairShares<TenantId> _turns = new(Math.Max(1, sessions.Size / 2), maxPerKey: 1);

    /// <summary>
    /// A scan has no timeout; it ends when its caller disconnects. Other statements have a generic plan; here the best plan depends on
    /// the type and the range.
    /// </summary>
    private const string ScanSettings = "SET LOCAL statement_timeout = 0; SET LOCAL plan_cache_mode = force_custom_plan";

    private const string Horizon = "SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint + (SELECT feed_offset())";

    private const string Read = """
        SELECT id, payload
        FROM   events
        WHERE  tenant_id = @tenant_id AND event_type_id = @type AND transaction_id >= @since AND transaction_id < @until
        """;

    private const string Count = """
        SELECT count(*)
        FROM   (SELECT
                FROM   events
                WHERE  tenant_id = @tenant_id AND event_type_id = @type AND transaction_id >= @since
                LIMIT  @most) AS counted
        """;

    public async Task<FeedHorizon> ScanAsync(TenantId tenant, EventTypeId type, FeedHorizon since, Action<StoredPayload> visit,
        CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(
            cancellationToken, host?.ApplicationStopping ?? CancellationToken.None);
        try
        {
            using var turn = await _turns.EnterAsync(tenant, ending.Token);
            return await ScanInTurnAsync(tenant, type, since, visit, ending.Token);
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new DatabaseUnavailableException("The service is stopping.", exception);
        }
    }

    private async Task<FeedHorizon> ScanInTurnAsync(TenantId tenant, EventTypeId type, FeedHorizon since, Action<StoredPayload> visit,
        CancellationToken cancellationToken)
    {
        await using var transaction = await database.BeginAsync(tenant, IsolationLevel.Snapshot, cancellationToken);
        await transaction.ExecuteAsync(ScanSettings, null, cancellationToken);
        var until = await transaction.FindAsync<long>(Horizon, null, cancellationToken);
        await VisitAsync(transaction, type, since, until, visit, cancellationToken);
        return new FeedHorizon(until);
    }

    /// <summary>
    /// Visits the payloads since a horizon, or none if they exceed a limit. There is no timeout, because a change that has already scanned
    /// for minutes without a lock would be lost.
    /// </summary>
    /// <returns>False if there are more than the limit.</returns>
    public static async Task<bool> TryVisitAsync(DatabaseTransaction transaction, EventTypeId type, FeedHorizon since, int? limit,
        Action<StoredPayload> visit, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(ScanSettings, null, cancellationToken);
        if (limit is not null)
        {
            var parameters = new { type = type.Value, since = since.TransactionId, most = limit + 1 };
            var count = await transaction.FindAsync<long>(Count, parameters, cancellationToken, seconds: 0);
            if (count > limit)
            {
                return false;
            }
        }

        await VisitAsync(transaction, type, since, long.MaxValue, visit, cancellationToken);
        return true;
    }

    private static Task VisitAsync(DatabaseTransaction transaction, EventTypeId type, FeedHorizon since, long until,
        Action<StoredPayload> visit, CancellationToken cancellationToken)
    {
        return transaction.ReadAsync<PayloadRow>(
            Read, new { type = type.Value, since = since.TransactionId, until }, VisitRow, cancellationToken);

        void VisitRow(PayloadRow row)
        {
            using var payload = JsonDocument.Parse(row.Payload);
            visit(new StoredPayload(row.Id, payload.RootElement));
        }
    }

    private sealed record PayloadRow(EventId Id, string Payload);
}
