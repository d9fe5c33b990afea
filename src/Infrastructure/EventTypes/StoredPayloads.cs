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
/// Streams payloads in whichever order is the quickest to read: a type with few of many events by its index, one with most
/// of them as they lie. PostgreSQL reads ahead while a payload is looked at, which keeps two cores busy.
/// </summary>
/// <param name="host">Ends scans when the process stops; null for a command, which is ended otherwise.</param>
internal sealed class StoredPayloads(Database database, PrimarySessions sessions, IHostApplicationLifetime? host = null) : IStoredPayloads
{
    /// <summary>
    /// A scan may take minutes. A tenant has one at a time, and all together hold half of the sessions at most. A turn is waited for
    /// before the session and without a lock, so that nobody waits for this one meanwhile.
    /// </summary>
    private readonly FairShares<TenantId> _turns = new(Math.Max(1, sessions.Size / 2), maxPerKey: 1);

    /// <summary>
    /// A scan takes as long as it takes, and ends when its caller goes. Elsewhere a statement is planned once; here the best plan
    /// depends on the type and the range.
    /// </summary>
    private const string Patience = "SET LOCAL statement_timeout = 0; SET LOCAL plan_cache_mode = force_custom_plan";

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
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, host?.ApplicationStopping ?? CancellationToken.None);
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
        await transaction.ExecuteAsync(Patience, null, cancellationToken);
        var until = await transaction.FindAsync<long>(Horizon, null, cancellationToken);
        await VisitAsync(transaction, type, since, until, visit, cancellationToken);
        return new FeedHorizon(until);
    }

    /// <summary>
    /// Visits all that was recorded since a horizon, or nothing where that is more than a limit. No limit of time cuts it: a change that
    /// has scanned without a lock for minutes would be lost.
    /// </summary>
    public static async Task<bool> VisitUnlessMoreAsync(DatabaseTransaction transaction, EventTypeId type, FeedHorizon since, int? limit,
        Action<StoredPayload> visit, CancellationToken cancellationToken)
    {
        await transaction.ExecuteAsync(Patience, null, cancellationToken);
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
