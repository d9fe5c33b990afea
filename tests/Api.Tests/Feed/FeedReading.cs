using System.Buffers.Binary;
using System.Text.Json.Nodes;
using Flownally.Application.Feed;
using Flownally.Application.Paging;
using Flownally.Domain.Tenants;
using Npgsql;

namespace Flownally.Api.Tests.Feed;

/// <summary>
/// How tests read the feed. What is recorded can be read once older transactions have ended, those of other tests included, so
/// whoever expects events waits for them.
/// </summary>
internal static class FeedReading
{
    public const string Path = "/v1/events/feed";

    /// <summary>Bounds a wait for what must come, however slow the machine.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <summary>The next page, which may be empty.</summary>
    public static async Task<FeedAnswer> ReadFeedAsync(this Workspace workspace, string? cursor = null, string more = "wait=0")
    {
        var answer = await workspace.GetAsync($"{Path}?cursor={cursor}&{more}");
        Assert.That(answer.Status, Is.EqualTo(200), answer.Text);
        return new FeedAnswer([.. answer.Json["events"]!.AsArray().Select(e => e!)], (string)answer.Json["nextCursor"]!);
    }

    /// <summary>Reads on until so many events were met.</summary>
    public static async Task<FeedAnswer> ReadFeedAsync(this Workspace workspace, int events, string? cursor = null, string more = "pageSize=50")
    {
        List<JsonNode> met = [];
        for (var end = TimeProvider.System.GetUtcNow() + Patience; met.Count < events;)
        {
            Assert.That(TimeProvider.System.GetUtcNow(), Is.LessThan(end), $"met {met.Count} of {events} events");
            var page = await workspace.ReadFeedAsync(cursor, $"wait=30&{more}");
            met.AddRange(page.Events);
            cursor = page.Cursor;
        }

        return new FeedAnswer(met, cursor!);
    }

    public static string[] Ids(this IEnumerable<JsonNode> events) => [.. events.Select(e => (string)e["id"]!)];

    /// <param name="connectionString">Of the database that the cursor is of; null for the shared one.</param>
    public static async Task<FeedPlace> PlaceAsync(string cursor, string? connectionString = null)
    {
        using var cursors = await CursorsAsync(connectionString);
        return cursors.TryRead(cursor, out var place) ? place!.Value : throw new FormatException(cursor);
    }

    public static async Task<string> CursorAsync(FeedPlace place, string? connectionString = null)
    {
        using var cursors = await CursorsAsync(connectionString);
        return cursors.Write(place);
    }

    /// <summary>As cursors were before they were encrypted.</summary>
    public static string PlainCursor(FeedPlace place)
    {
        Span<byte> bytes = stackalloc byte[2 * sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, place.TransactionId);
        BinaryPrimitives.WriteInt64BigEndian(bytes[sizeof(long)..], place.Position);
        return PageToken.Write("feed 1", bytes);
    }

    private static async Task<FeedCursors> CursorsAsync(string? connectionString)
    {
        await using var source = NpgsqlDataSource.Create(connectionString ?? Service.ConnectionString);
        await using var command = source.CreateCommand("SELECT key FROM feed_cursor_key");
        return new FeedCursors((byte[])(await command.ExecuteScalarAsync())!, plainBefore: 0);
    }

    /// <summary>Records past the service, in a transaction that stays open.</summary>
    public static async Task<OpenRecording> BeginRecordingAsync(this Workspace workspace, string? connectionString = null)
    {
        var connection = new NpgsqlConnection(connectionString ?? Service.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand("BEGIN", connection);
        await command.ExecuteNonQueryAsync();
        var recording = new OpenRecording(connection, workspace.Tenant);
        await recording.RecordAsync();
        return recording;
    }
}

/// <summary>A page of the feed.</summary>
internal sealed record FeedAnswer(IReadOnlyList<JsonNode> Events, string Cursor);

/// <summary>Undone unless committed.</summary>
internal sealed class OpenRecording(NpgsqlConnection connection, TenantId tenant) : IAsyncDisposable
{
    /// <param name="marker">Stands in the payload.</param>
    public async Task RecordAsync(string marker = "")
    {
        await using var command = new NpgsqlCommand($$"""
            INSERT INTO events (tenant_id, id, event_type_id, transaction_id, occurred_at, created_at, schema_version, contact_id, payload)
            SELECT t.tenant_id, (left(uuid_at(now())::text, 14) || '7' || substr(gen_random_uuid()::text, 16))::uuid, t.id,
                   pg_current_xact_id()::text::bigint + c.transaction_offset, now(), now(), 1, 'ctc_1', '{"marker":"{{marker}}"}'
            FROM   event_types t
            CROSS  JOIN feed_clock c
            WHERE  t.tenant_id = '{{tenant.Value}}' AND t.name = 'signup.completed'
            """, connection);
        await command.ExecuteNonQueryAsync();
    }

    public async Task CommitAsync()
    {
        await using var command = new NpgsqlCommand("COMMIT", connection);
        await command.ExecuteNonQueryAsync();
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();
}
