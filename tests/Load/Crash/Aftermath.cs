using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Dapper;
using Flownally.Application.Feed;
using Flownally.Domain.Events;
using Flownally.Domain.Tenants;
using Npgsql;

namespace Flownally.Load.Crash;

/// <summary>What is stored of a tenant, and what the service shows of it. Nothing may be recorded while it is read.</summary>
/// <param name="Keys">Which event stands for each idempotency key.</param>
/// <param name="Counts">What the counters say of each type.</param>
/// <param name="ClockOffset">What is added to transaction ids; 0 on a server into which nothing was restored.</param>
/// <param name="Timelines">By contact.</param>
/// <param name="Readable">Which of the acknowledged events are read by their id, and what their markers are then.</param>
internal sealed record Aftermath(
    IReadOnlyList<StoredEvent> Events,
    IReadOnlyDictionary<string, EventId> Keys,
    IReadOnlyDictionary<string, long> Counts,
    long ClockOffset,
    ServedList List,
    IReadOnlyDictionary<string, ServedList> Timelines,
    IReadOnlyDictionary<EventId, string> Readable)
{
    private const string StoredEvents = """
        SELECT e.id, e.contact_id, t.name, e.idempotency_key, e.payload ->> 'marker', e.transaction_id, e.position, e.suppress_journeys
        FROM   events e
        JOIN   event_types t USING (tenant_id)
        WHERE  e.tenant_id = @tenant AND t.id = e.event_type_id
        ORDER  BY e.transaction_id, e.position
        """;

    private const string StoredKeys = "SELECT key, event_id FROM event_keys WHERE tenant_id = @tenant";

    private const string StoredCounts = """
        SELECT t.name, sum(c.n)::bigint
        FROM   event_counts c
        JOIN   event_types t ON t.tenant_id = c.tenant_id AND t.id = c.event_type_id
        WHERE  c.tenant_id = @tenant
        GROUP  BY t.name
        """;

    private const string StoredOffset = "SELECT transaction_offset FROM feed_clock";

    private static readonly ParallelOptions Together = new() { MaxDegreeOfParallelism = 16 };

    /// <param name="database">Of an account that may read everything.</param>
    /// <param name="service">A process of the service on it.</param>
    public static async Task<Aftermath> ReadAsync(string database, TenantId tenant, HttpClient http, Uri service, string apiKey, History history)
    {
        // Not pooled: a pooled connection may have died with the PostgreSQL of its time.
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        var parameters = new { tenant = tenant.Value };
        var events = await connection.QueryAsync<(Guid, string, string, string?, string, long, long, bool)>(StoredEvents, parameters);
        var keys = await connection.QueryAsync<(string Key, Guid Event)>(StoredKeys, parameters);
        var counts = await connection.QueryAsync<(string Type, long Count)>(StoredCounts, parameters);
        var offset = await connection.ExecuteScalarAsync<long>(StoredOffset);

        var reader = new Reader(http, service, apiKey);
        var timelines = new Dictionary<string, ServedList>();
        foreach (var contact in history.Attempts.Select(attempt => attempt.Request.Contact).Distinct())
        {
            timelines.Add(contact, await reader.WalkAsync($"/v1/contacts/{contact}/events"));
        }

        return new Aftermath([.. events.Select(StoredEvent.Of)], keys.ToDictionary(key => key.Key, key => new EventId(key.Event)),
            counts.ToDictionary(count => count.Type, count => count.Count), offset, await reader.WalkAsync("/v1/events"), timelines,
            await reader.FindAsync([.. history.Attempts.Select(attempt => attempt.Event).OfType<EventId>().Distinct()]));
    }

    /// <summary>Reads as any client would.</summary>
    private sealed class Reader(HttpClient http, Uri service, string apiKey)
    {
        /// <summary>All pages of a list.</summary>
        public async Task<ServedList> WalkAsync(string path)
        {
            var (events, token) = (new List<EventId>(), "");
            while (true)
            {
                using var response = await GetAsync($"{path}?pageSize=200{token}");
                response.EnsureSuccessStatusCode();
                var page = await response.Content.ReadFromJsonAsync<JsonElement>();
                events.AddRange(page.GetProperty("events").EnumerateArray().Select(e => EventId.Parse(e.GetProperty("id").GetString()!)));
                if (!page.TryGetProperty("nextPageToken", out var next))
                {
                    return new ServedList(events, page.GetProperty("totalSize").GetInt64());
                }

                token = $"&pageToken={next}";
            }
        }

        /// <summary>Those of the events that the service finds, and their markers.</summary>
        public async Task<IReadOnlyDictionary<EventId, string>> FindAsync(IReadOnlyList<EventId> ids)
        {
            var markers = new string?[ids.Count];
            await Parallel.ForAsync(0, ids.Count, Together, async (i, _) =>
            {
                using var response = await GetAsync($"/v1/events/{ids[i]}");
                if (response.IsSuccessStatusCode)
                {
                    var found = await response.Content.ReadFromJsonAsync<JsonElement>(CancellationToken.None);
                    markers[i] = found.GetProperty("payload").GetProperty("marker").GetString();
                }
            });
            return ids.Zip(markers).Where(pair => pair.Second is not null).ToDictionary(pair => pair.First, pair => pair.Second!);
        }

        private async Task<HttpResponseMessage> GetAsync(string path)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(service, path)) { Headers = { Authorization = new AuthenticationHeaderValue("Bearer", apiKey) } };
            return await http.SendAsync(request);
        }
    }
}

/// <summary>A row of the log. The order of the log is (<paramref name="TransactionId"/>, <paramref name="Position"/>).</summary>
/// <param name="SuppressesJourneys">No journey reacts to it.</param>
internal sealed record StoredEvent(EventId Id, string Contact, string EventType, string? Key, string Marker, long TransactionId, long Position,
    bool SuppressesJourneys = false)
{
    public FeedPlace Place => new(TransactionId, Position);

    public static StoredEvent Of(
        (Guid Id, string Contact, string EventType, string? Key, string Marker, long TransactionId, long Position, bool SuppressesJourneys) row) =>
        new(new EventId(row.Id), row.Contact, row.EventType, row.Key, row.Marker, row.TransactionId, row.Position, row.SuppressesJourneys);
}

/// <summary>A list as the service shows it, page after page.</summary>
/// <param name="TotalSize">As the last page has it.</param>
internal sealed record ServedList(IReadOnlyList<EventId> Events, long TotalSize);
