using System.Text.Json.Nodes;
using Dapper;
using Flownally.Domain.Ids;
using Flownally.Domain.Journeys;
using Flownally.Domain.Tenants;
using Npgsql;

namespace Flownally.Api.Tests.Journeys;

/// <summary>What lies in the tables and cannot be seen or made over HTTP.</summary>
internal static class StoredJourneys
{
    private const string Intervals = """
        SELECT from_tx, to_tx, event_type_id, payload_filter, entry_mode
        FROM   journey_activations
        WHERE  journey_id = @id
        ORDER  BY from_tx
        """;

    private const string Reactions = """
        SELECT e.id
        FROM   journey_activations a
        JOIN   events e ON e.tenant_id = a.tenant_id AND e.event_type_id = a.event_type_id
                       AND e.transaction_id > a.from_tx AND (e.transaction_id < a.to_tx OR a.to_tx IS NULL)
        WHERE  a.journey_id = @id
        ORDER  BY e.id
        """;

    private const string Secret = "SELECT target_secret FROM journeys WHERE id = @id";

    private const string Enter = """
        INSERT INTO journey_entries (tenant_id, id, journey_id, contact_id, event_id, entered_at, once, delivery_state, attempts,
                                     last_attempt_at, next_attempt_at, last_status, last_error)
        SELECT @tenant, i.id, @journey, 'ctc_' || i.n, i.id, coalesce(@entered::timestamptz, now()), @once, @state, @attempts, @last, @next, @status, @error
        FROM   unnest(@ids) WITH ORDINALITY AS i (id, n)
        """;

    private const string Attempt = """
        INSERT INTO journey_attempts (tenant_id, journey_id, entry_id, at, duration, status, error)
        VALUES (@tenant, @journey, @entry, @at, @duration, @status, @error)
        """;

    private static readonly IdGenerator Ids = new(TimeProvider.System);

    /// <summary>The intervals in which a journey reacts or reacted, oldest first.</summary>
    public static async Task<IReadOnlyList<Interval>> IntervalsAsync(JsonNode journey)
    {
        await using var database = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var connection = await database.OpenConnectionAsync();
        return [.. await connection.QueryAsync<Interval>(Intervals, new { id = JourneyId.Parse((string)journey["id"]!).Value })];
    }

    /// <summary>The events that lie in an interval of a journey, once for each that they lie in, in the order of their recording.</summary>
    public static async Task<IReadOnlyList<Guid>> ReactionsAsync(JsonNode journey)
    {
        await using var database = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var connection = await database.OpenConnectionAsync();
        return [.. await connection.QueryAsync<Guid>(Reactions, new { id = JourneyId.Parse((string)journey["id"]!).Value })];
    }

    /// <summary>What a journey's webhooks are signed with.</summary>
    public static async Task<string?> SecretAsync(JsonNode journey)
    {
        await using var database = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var connection = await database.OpenConnectionAsync();
        return await connection.QuerySingleAsync<string?>(Secret, new { id = JourneyId.Parse((string)journey["id"]!).Value });
    }

    /// <summary>Lets contacts enter a journey: <c>ctc_1</c> and so on, each with an event of its own.</summary>
    /// <returns>The ids of the entries, oldest first.</returns>
    public static async Task<IReadOnlyList<string>> EnterAsync(TenantId tenant, string journey, int count = 1, bool once = true, string state = "pending", int attempts = 0,
        DateTimeOffset? last = null, DateTimeOffset? next = null, int? status = null, string? error = null, DateTimeOffset? entered = null)
    {
        var ids = Enumerable.Range(0, count).Select(_ => Ids.Next()).ToArray();
        await using var database = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(Enter, new { tenant = tenant.Value, journey = JourneyId.Parse(journey).Value, ids, once, state, attempts, last, next, status, error, entered });
        return [.. ids.Select(id => new JourneyEntryId(id).ToString())];
    }

    /// <summary>Keeps an attempt to tell of an entry.</summary>
    public static async Task AttemptAsync(TenantId tenant, string journey, string entry, DateTimeOffset at, TimeSpan duration, int? status = null, string? error = null)
    {
        await using var database = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var connection = await database.OpenConnectionAsync();
        await connection.ExecuteAsync(Attempt,
            new { tenant = tenant.Value, journey = JourneyId.Parse(journey).Value, entry = JourneyEntryId.Parse(entry).Value, at, duration, status, error });
    }
}

/// <summary>A row of <c>journey_activations</c>.</summary>
internal sealed class Interval
{
    public long FromTx { get; init; }

    public long? ToTx { get; init; }

    public Guid EventTypeId { get; init; }

    public string? PayloadFilter { get; init; }

    public string EntryMode { get; init; } = "";
}
