using Flownally.Infrastructure.Events;
using Flownally.Infrastructure.Recording;

namespace Flownally.Load;

/// <summary>The service's own statements, as pgbench scripts: what a program without HTTP, validation and keys' checks would reach at best.</summary>
internal static class Statements
{
    private const string Payload = """{"orderId":"A-1001","total":129.5,"currency":"EUR","lines":[{"sku":"BOOK-1","quantity":2},{"sku":"PEN-7","quantity":10}]}""";

    /// <summary>An id of version 7.</summary>
    private const string NewId = "(left(uuid_at(clock_timestamp())::text, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid";

    private const string ThisTransaction = "pg_current_xact_id()::text::bigint + (SELECT hold_feed_offset())";

    /// <summary>The recording statement for one row. Each client has types of its own, so that none waits for another.</summary>
    public static string RecordOne(Workspace workspace, int clients) => Record(workspace, clients, value => $"ARRAY[{value}]", 1);

    /// <summary>The recording statement for many rows.</summary>
    public static string RecordMany(Workspace workspace, int clients, int rows) =>
        Record(workspace, clients, value => $"ARRAY(SELECT {value} FROM generate_series(1, {rows}) AS n)", rows);

    private static string Record(Workspace workspace, int clients, Func<string, string> each, int rows)
    {
        var own = workspace.Types.Count / clients;
        var n = rows == 1 ? "0" : "n";
        return Fill(EventWriter.Record, new()
        {
            ["ordinals"] = each(n),
            ["tenants"] = each($"'{workspace.Tenant}'::uuid"),
            ["ids"] = each(NewId),
            ["types"] = each($"(ARRAY['{string.Join("','", workspace.Types)}']::uuid[])[1 + :client_id * {own} + (:type + {n}) % {own}]"),
            ["revisions"] = each("1"),
            ["schema_versions"] = each("1"),
            ["contacts"] = each($"'ctc_' || (:contact + {n})"),
            ["occurred"] = each("now()"),
            ["created"] = each("now()"),
            ["months"] = each("date_trunc('month', now() AT TIME ZONE 'UTC')::date"),
            ["payloads"] = each($"'{Payload}'"),
            ["keys"] = each("gen_random_uuid()::text"),
            ["fingerprints"] = each("uuid_send(gen_random_uuid())"),
            ["suppressing"] = each("false"),
            ["lane"] = "0::smallint",
        }, $"\\set contact random(0, 4999)\n\\set type random(0, {own - 1})\n");
    }

    /// <summary>The first page of a timeline, and how many events it has.</summary>
    public static string Timeline(Workspace workspace, int contacts) => Fill(EventQueries.Timeline, new()
    {
        ["tenant_id"] = $"'{workspace.Tenant}'",
        ["contact"] = "'tl_' || :contact",
        ["after_time"] = "NULL",
        ["after_id"] = "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
        ["limit"] = "51",
    }, $"\\set contact random(0, {contacts - 1})\n");

    /// <summary>Events of the contacts of these numbers, as if they had been recorded just now.</summary>
    public static string SeedTimelines(Workspace workspace, int first, int end, int eventsOfEach) => $$"""
        INSERT INTO events (tenant_id, id, event_type_id, transaction_id, occurred_at, created_at, schema_version, contact_id, idempotency_key, payload)
        SELECT '{{workspace.Tenant}}', (left(uuid_at(now())::text, 14) || '7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid,
               (ARRAY['{{string.Join("','", workspace.Types)}}']::uuid[])[1 + n % {{workspace.Types.Count}}],
               {{ThisTransaction}},
               now() - n * interval '1 second', now(), 1, 'tl_' || {{first}} + n % {{end - first}}, md5(n::text), '{{Payload}}'
        FROM   generate_series({{first * eventsOfEach}}, {{(end * eventsOfEach) - 1}}) n;

        INSERT INTO event_counts AS c (tenant_id, event_type_id, month, lane, n)
        SELECT tenant_id, event_type_id, date_trunc('month', now() AT TIME ZONE 'UTC')::date, 0, count(*)
        FROM   events
        WHERE  transaction_id = {{ThisTransaction}}
        GROUP  BY tenant_id, event_type_id
        ORDER  BY tenant_id, event_type_id
        ON CONFLICT (tenant_id, event_type_id, month, lane) DO UPDATE SET n = c.n + excluded.n
        """;

    /// <summary>The keys of all that <see cref="SeedTimelines"/> has stored.</summary>
    public const string SeedKeys = """
        INSERT INTO event_keys (tenant_id, key, event_id, fingerprint)
        SELECT tenant_id, idempotency_key, id, uuid_send(gen_random_uuid())
        FROM   events
        WHERE  contact_id LIKE 'tl\_%'
        ORDER  BY tenant_id, idempotency_key
        """;

    private static string Fill(string sql, Dictionary<string, string> values, string before)
    {
        foreach (var (name, value) in values.OrderByDescending(value => value.Key.Length))
        {
            sql = sql.Replace("@" + name, value, StringComparison.Ordinal);
        }

        return before + sql.Replace("\n\n", "\n", StringComparison.Ordinal) + ";\n";
    }
}
