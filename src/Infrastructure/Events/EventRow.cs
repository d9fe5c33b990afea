using System.Data.Common;
using Flownally.Application.Events;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Json;
using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.Events;

/// <summary>
/// A row that begins with the columns of an event: id, tenant, contact, type and its name, schema version, payload, idempotency key,
/// time of occurrence, time of recording. It is read by hand, because that is done for every event of every page: a mapper would
/// box each value, and make a string of each payload.
/// </summary>
internal static class EventRow
{
    /// <summary>How many columns these are.</summary>
    public const int Width = 10;

    public static EventResponse Read(DbDataReader row) => new()
    {
        Id = new EventId(row.GetGuid(0)),
        TenantId = new TenantId(row.GetGuid(1)),
        ContactId = ContactId.Stored(row.GetString(2)),
        EventTypeId = new EventTypeId(row.GetGuid(3)),
        EventTypeName = row.GetString(4),
        SchemaVersion = row.GetInt32(5),
        Payload = new RawJson(row.GetFieldValue<byte[]>(6)),
        IdempotencyKey = row.IsDBNull(7) ? null : row.GetString(7),
        OccurredAt = row.GetFieldValue<DateTimeOffset>(8),
        CreatedAt = row.GetFieldValue<DateTimeOffset>(9),
    };
}
