using Flownally.Infrastructure.Events;

namespace Flownally.Load;

/// <summary>The service's own statements, as a pgbench script: what a program without HTTP, validation and keys' checks would reach at best.</summary>
internal static class Statements
{
    /// <summary>The recording statement for one row.</summary>
    public static string RecordOne(Guid tenant, IReadOnlyList<Guid> types) => Fill(EventWriter.Record, new()
    {
        ["ordinals"] = "ARRAY[0]",
        ["tenants"] = $"ARRAY['{tenant}']::uuid[]",
        ["ids"] = "ARRAY[(left(uuid_at(clock_timestamp())::text, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid]",
        ["types"] = $"ARRAY[(ARRAY['{string.Join("','", types)}']::uuid[])[:type]]",
        ["revisions"] = "ARRAY[1]",
        ["schema_versions"] = "ARRAY[1]",
        ["contacts"] = "ARRAY['ctc_' || :contact]",
        ["occurred"] = "ARRAY[now()]",
        ["created"] = "ARRAY[now()]",
        ["months"] = "ARRAY[date_trunc('month', now() AT TIME ZONE 'UTC')::date]",
        ["payloads"] = """ARRAY['{"orderId":"A-1001","total":129.5,"currency":"EUR","lines":[{"sku":"BOOK-1","quantity":2},{"sku":"PEN-7","quantity":10}]}']""",
        ["keys"] = "ARRAY['k-' || gen_random_uuid()]",
        ["fingerprints"] = "ARRAY[uuid_send(gen_random_uuid())]",
    }, $"\\set contact random(0, 4999)\n\\set type random(1, {types.Count})\n");

    /// <summary>The first page of a timeline, and how many events it has.</summary>
    public static string Timeline(Guid tenant, int contacts) => Fill(EventQueries.Timeline, new()
    {
        ["tenant_id"] = $"'{tenant}'",
        ["contact"] = "'tl_' || :contact",
        ["type"] = "NULL",
        ["after_time"] = "NULL",
        ["after_id"] = "NULL::uuid",
        ["limit"] = "51",
    }, $"\\set contact random(0, {contacts - 1})\n");

    /// <summary>Many events of a few contacts, as if they had been recorded now.</summary>
    public static string Seed(Guid tenant, Guid type, int contacts, int eventsOfEach) => $$"""
        INSERT INTO events (tenant_id, id, event_type_id, transaction_id, occurred_at, created_at, schema_version, contact_id, payload)
        SELECT '{{tenant}}', (left(uuid_at(now())::text, 14) || '7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid, '{{type}}',
               pg_current_xact_id()::text::bigint + (SELECT transaction_offset FROM feed_clock),
               now() - n * interval '1 second', now(), 1, 'tl_' || n % {{contacts}},
               '{"orderId":"A-1001","total":129.5,"currency":"EUR","lines":[{"sku":"BOOK-1","quantity":2},{"sku":"PEN-7","quantity":10}]}'
        FROM   generate_series(0, {{contacts * eventsOfEach - 1}}) n
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
