using Flownally.Domain.Tenants;
using Npgsql;

namespace Flownally.Api.Tests.EventTypes;

/// <summary>Fills the table past HTTP, where many events are needed.</summary>
internal static class StoredEvents
{
    private const string Copy = """
        INSERT INTO events (tenant_id, id, event_type_id, transaction_id, occurred_at, created_at, schema_version, contact_id, payload)
        SELECT tenant_id, (left(id::text, 24) || lpad(to_hex(n), 12, '0'))::uuid, event_type_id,
               pg_current_xact_id()::text::bigint + (SELECT transaction_offset FROM feed_clock),
               occurred_at, created_at, schema_version, contact_id, payload
        FROM   events, generate_series(1, $2) n
        WHERE  tenant_id = $1
        """;

    /// <summary>Makes many events out of a tenant's only one, as if they had been recorded now.</summary>
    public static async Task CopyAsync(TenantId tenant, int count, string? connectionString = null)
    {
        await using var database = NpgsqlDataSource.Create(connectionString ?? Service.ConnectionString);
        await using var copy = database.CreateCommand(Copy);
        copy.Parameters.Add(new NpgsqlParameter { Value = tenant.Value });
        copy.Parameters.Add(new NpgsqlParameter { Value = count });
        Assert.That(await copy.ExecuteNonQueryAsync(), Is.EqualTo(count));
    }
}
