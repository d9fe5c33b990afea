using System.Text.Json;
using Flownally.Api.Http.Json;
using Newtonsoft.Json.Linq;

namespace Flownally.Api.Http.OpenApi;

/// <summary>An example for each schema of the contract, by its name.</summary>
internal static class ContractExamples
{
    private const string Event = """
        {
          "id": "evt_01KATWBYXQ8F2TXWM8KRGE9ZA5",
          "tenantId": "tn_01KATWBQ1HX8CYFG0H9T2WGN3M",
          "contactId": "ctc_1001",
          "eventTypeId": "evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS",
          "eventTypeName": "order.paid",
          "schemaVersion": 1,
          "payload": { "orderId": "A-1001", "total": 129.5, "currency": "EUR" },
          "idempotencyKey": "order-A-1001",
          "occurredAt": "2026-01-31T09:30:00.123456Z",
          "createdAt": "2026-01-31T09:30:00.623456Z"
        }
        """;

    private const string EventType = """
        {
          "id": "evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS",
          "tenantId": "tn_01KATWBQ1HX8CYFG0H9T2WGN3M",
          "name": "order.paid",
          "description": "An order was paid.",
          "payloadSchema": { "type": "object", "properties": { "total": { "type": "number" } }, "required": ["total"] },
          "predefined": false,
          "schemaVersion": 1,
          "createdAt": "2026-01-31T09:00:00Z",
          "updatedAt": "2026-01-31T09:00:00Z"
        }
        """;

    private const string EventTypeVersion = """
        {
          "schemaVersion": 1,
          "payloadSchema": { "type": "object", "properties": { "total": { "type": "number" } }, "required": ["total"] },
          "acceptedBy": "created",
          "by": "key_01KATWBQ4M7V0N2J8R5CWXE3TD",
          "at": "2026-01-31T09:00:00Z"
        }
        """;

    private const string CreateEventRequest = """
        { "contactId": "ctc_1001", "eventTypeName": "order.paid", "payload": { "orderId": "A-1001", "total": 129.5, "currency": "EUR" } }
        """;

    private const string Journey = """
        {
          "id": "jrn_01KATWC8E4R1T6W9Y2Z5A8C0DG",
          "tenantId": "tn_01KATWBQ1HX8CYFG0H9T2WGN3M",
          "name": "Thank for a large order",
          "status": "active",
          "entryMode": "everyTime",
          "triggerConfig": {
            "eventTypeId": "evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS",
            "payloadFilter": { "properties": { "total": { "minimum": 100 } }, "required": ["total"] }
          },
          "target": { "url": "https://shop.example/hooks/thanks" },
          "createdAt": "2026-01-31T09:10:00Z",
          "updatedAt": "2026-01-31T09:20:00Z"
        }
        """;

    private const string JourneyEntry = """
        {
          "id": "ent_01KATWCN7Q2M5S8VX0B3D6F9HK",
          "journeyId": "jrn_01KATWC8E4R1T6W9Y2Z5A8C0DG",
          "contactId": "ctc_1001",
          "eventId": "evt_01KATWBYXQ8F2TXWM8KRGE9ZA5",
          "enteredAt": "2026-01-31T09:30:00.7Z",
          "delivery": { "state": "delivered", "attempts": 1, "lastAttemptAt": "2026-01-31T09:30:00.75Z", "lastStatus": 204 }
        }
        """;

    private const string JourneyEntryAttempt = """
        { "at": "2026-01-31T09:30:00.75Z", "duration": 0.041, "status": 503, "error": "status" }
        """;

    private static readonly Dictionary<string, string> ByName = new()
    {
        ["Event"] = Event,
        ["EventType"] = EventType,
        ["EventsResponse"] = $$"""{ "events": [{{Event}}], "nextPageToken": "AZx0UAhJ6H4", "totalSize": 2 }""",
        ["FeedResponse"] = $$"""{ "events": [{{Event}}], "nextCursor": "CrMGgjA1Zhu426IcwlNSMf0BKTGs2Sp3Sa8urWpOh8h93RHeUOzHBhGpjmK_tCU9KhBzpuZ_Dl8JpZV8ZZUDxg" }""",
        ["EventTypesResponse"] = $$"""{ "eventTypes": [{{EventType}}], "totalSize": 1 }""",
        ["EventTypeVersion"] = EventTypeVersion,
        ["EventTypeVersionsResponse"] = $$"""{ "versions": [{{EventTypeVersion}}], "totalSize": 1 }""",
        ["CreateEventTypeRequest"] = """
            {
              "name": "order.paid",
              "description": "An order was paid.",
              "payloadSchema": { "type": "object", "properties": { "total": { "type": "number" } }, "required": ["total"] }
            }
            """,
        ["UpdateEventTypeRequest"] = """{ "name": "order.settled", "description": null }""",
        ["CreateContactEventRequest"] = """
            {
              "eventTypeName": "order.paid",
              "payload": { "orderId": "A-1001", "total": 129.5, "currency": "EUR" },
              "occurredAt": "2026-01-31T09:30:00.123456Z",
              "idempotencyKey": "order-A-1001"
            }
            """,
        ["CreateEventRequest"] = CreateEventRequest,
        ["CreateEventsRequest"] = $$"""{ "events": [{{CreateEventRequest}}] }""",
        ["Journey"] = Journey,
        ["JourneysResponse"] = $$"""{ "journeys": [{{Journey}}], "totalSize": 1 }""",
        ["JourneyEntry"] = JourneyEntry,
        ["JourneyEntriesResponse"] = $$"""{ "entries": [{{JourneyEntry}}], "totalSize": 1 }""",
        ["JourneyEntryAttempt"] = JourneyEntryAttempt,
        ["JourneyEntryAttemptsResponse"] = $$"""{ "attempts": [{{JourneyEntryAttempt}}], "totalSize": 1 }""",
        ["RedeliverJourneyEntriesRequest"] = """{ "states": ["failed"], "enteredFrom": "2026-01-31T00:00:00Z" }""",
        ["RedeliveredEntriesResponse"] = """{ "redelivered": 12 }""",
        ["CreateJourneyRequest"] = """
            {
              "name": "Thank for a large order",
              "entryMode": "everyTime",
              "triggerConfig": {
                "eventTypeId": "evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS",
                "payloadFilter": { "properties": { "total": { "minimum": 100 } }, "required": ["total"] }
              },
              "target": { "url": "https://shop.example/hooks/thanks", "secret": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" }
            }
            """,
        ["UpdateJourneyRequest"] = """{ "name": "Thank for any order", "triggerConfig": { "payloadFilter": null } }""",
        ["RecordedEventsResponse"] = """{ "results": [{ "status": 201, "id": "evt_01KATWBYXQ8F2TXWM8KRGE9ZA5" }] }""",
    };

    public static bool TryGet(string schema, out JToken? example)
    {
        example = ByName.TryGetValue(schema, out var json) ? JToken.Parse(json) : null;
        return example is not null;
    }

    public static JToken Of(object value) => JToken.Parse(JsonSerializer.Serialize(value, ApiJson.Options));
}
