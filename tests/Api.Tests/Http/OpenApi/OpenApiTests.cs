using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Flownally.Api.Http.OpenApi;
using Flownally.Api.Tests.CommandLine;
using Flownally.Api.Tests.Http.Edge;
using NJsonSchema;
using NSwag;

namespace Flownally.Api.Tests.Http.OpenApi;

public sealed class OpenApiTests
{
    private static readonly HttpClient Http = new();

    private static readonly string[] Methods = ["get", "post", "patch", "delete"];

    private static readonly string[] EveryCall = ["401", "403", "406", "429", "500", "503"];

    private static readonly string Snapshot = Path.Combine(RunningService.Root.FullName, "docs/openapi.json");

    [Test]
    public async Task The_document_in_the_repository_says_what_the_code_does()
    {
        var generated = await ContractGenerator.GenerateAsync();
        var actual = Path.Combine(RunningService.Root.FullName, "artifacts/openapi.json");
        Directory.CreateDirectory(Path.GetDirectoryName(actual)!);
        await File.WriteAllTextAsync(actual, generated);
        Assert.That(await File.ReadAllTextAsync(Snapshot), Is.EqualTo(generated),
            "The contract has changed. If it was meant to: cp artifacts/openapi.json docs/openapi.json, and build");
    }

    [Test]
    public async Task The_served_document_is_the_one_in_the_repository()
    {
        using var served = await Http.GetAsync(new Uri(Service.Url, "/openapi/v1.json"));
        Assert.That(served.Content.Headers.ContentType?.ToString(), Is.EqualTo("application/json; charset=utf-8"));
        Assert.That(await served.Content.ReadAsByteArrayAsync(), Is.EqualTo(await File.ReadAllBytesAsync(Snapshot)));
    }

    [TestCase("localhost")]
    [TestCase("shop.example:8080")]
    [TestCase("[::1]")]
    [TestCase("-")]
    public async Task The_document_is_the_same_whatever_host_is_asked_for_it(string host)
    {
        var answer = await RawCall.SendAsync(Service.Url, $"GET /openapi/v1.json HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n");
        Assert.That(answer.Body, Is.EqualTo(await File.ReadAllTextAsync(Snapshot)));
    }

    [Test]
    public async Task The_document_is_not_sent_to_who_has_it()
    {
        var address = new Uri(Service.Url, "/openapi/v1.json");
        using var first = await Http.GetAsync(address);
        using var again = await SendAsync(HttpMethod.Get, first.Headers.ETag);
        using var other = await SendAsync(HttpMethod.Get, new EntityTagHeaderValue("\"other\""));
        using var head = await SendAsync(HttpMethod.Head, null);
        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.Headers.ETag!.IsWeak, Is.False);
            Assert.That((int)again.StatusCode, Is.EqualTo(304));
            Assert.That(again.Headers.ETag, Is.EqualTo(first.Headers.ETag));
            Assert.That((int)other.StatusCode, Is.EqualTo(200));
            Assert.That((int)head.StatusCode, Is.EqualTo(200));
            Assert.That(head.Headers.ETag, Is.EqualTo(first.Headers.ETag));
            Assert.That(head.Content.Headers.ContentLength, Is.EqualTo(first.Content.Headers.ContentLength));
            Assert.That(await head.Content.ReadAsByteArrayAsync(), Is.Empty);
        }

        async Task<HttpResponseMessage> SendAsync(HttpMethod method, EntityTagHeaderValue? tag)
        {
            using var request = new HttpRequestMessage(method, address);
            request.Headers.IfNoneMatch.ParseAdd(tag?.ToString());
            return await Http.SendAsync(request);
        }
    }

    [Test]
    public async Task Every_operation_of_the_contract_is_there_with_its_scope_and_its_refusals()
    {
        var document = JsonNode.Parse(await File.ReadAllTextAsync(Snapshot))!;
        var operations = document["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Where(member => Methods.Contains(member.Key))
            .Select(member => (Call: $"{member.Key} {path.Key}", Operation: member.Value!))).ToList();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(operations.Select(o => $"{o.Operation["operationId"]}: {o.Call}, {o.Operation["x-required-scope"]}, {o.Operation["responses"]!.AsObject().First().Key}"), Is.SupersetOf([
                "getEventTypes: get /v1/event-types, event_type:list, 200",
                "createEventType: post /v1/event-types, event_type:create, 201",
                "getEventType: get /v1/event-types/{id}, event_type:read, 200",
                "getEventTypeVersions: get /v1/event-types/{id}/versions, event_type:read, 200",
                "updateEventType: patch /v1/event-types/{id}, event_type:update, 200",
                "deleteEventType: delete /v1/event-types/{id}, event_type:delete, 204",
                "getEvents: get /v1/events, event:list, 200",
                "createEvent: post /v1/events, event:create, 201",
                "createEvents: post /v1/events/batch, event:create, 200",
                "getEventFeed: get /v1/events/feed, event:list, 200",
                "getEvent: get /v1/events/{id}, event:read, 200",
                "getEventsByContact: get /v1/contacts/{contactId}/events, event:list, 200",
                "createContactEvent: post /v1/contacts/{contactId}/events, event:create, 201",
                "getJourneys: get /v1/journeys, journey:list, 200",
                "createJourney: post /v1/journeys, journey:create, 201",
                "getJourney: get /v1/journeys/{id}, journey:read, 200",
                "updateJourney: patch /v1/journeys/{id}, journey:update, 200",
                "deleteJourney: delete /v1/journeys/{id}, journey:delete, 204",
                "activateJourney: post /v1/journeys/{id}/activate, journey:update, 200",
                "pauseJourney: post /v1/journeys/{id}/pause, journey:update, 200",
                "getJourneyEntries: get /v1/journeys/{id}/entries, journey:read, 200",
                "getJourneyEntryAttempts: get /v1/journeys/{id}/entries/{entryId}/attempts, journey:read, 200",
                "redeliverJourneyEntries: post /v1/journeys/{id}/redeliver, journey:update, 202",
                "redeliverJourneyEntry: post /v1/journeys/{id}/entries/{entryId}/redeliver, journey:update, 202",
            ]));
            Assert.That(operations.Select(o => o.Operation["responses"]!.AsObject().Select(response => response.Key)),
                Is.All.SupersetOf(EveryCall));
            Assert.That(operations.Where(o => (bool?)o.Operation["deprecated"] == true).Select(o => (string)o.Operation["operationId"]!), Is.EqualTo(["createEvent"]));
            Assert.That(document["components"]!["schemas"]!.AsObject().Select(schema => schema.Key), Is.SupersetOf([
                "EventType", "CreateEventTypeRequest", "UpdateEventTypeRequest", "Event", "CreateContactEventRequest", "CreateEventRequest",
                "EventTypesResponse", "EventsResponse", "Journey", "JourneysResponse", "JourneyEntry", "JourneyEntriesResponse", "ProblemDetails", "FieldViolation", "Window",
            ]));
        }
    }

    [Test]
    public async Task Every_object_of_an_answer_has_required_members_and_may_have_more()
    {
        var document = await OpenApiDocument.FromFileAsync(Snapshot);
        var answers = new HashSet<JsonSchema>();
        var responses = document.Operations.SelectMany(operation => operation.Operation.Responses.Values);
        foreach (var content in responses.SelectMany(response => response.Content.Values))
        {
            Collect(content.Schema.ActualSchema);
        }

        var names = document.Components.Schemas.ToDictionary(schema => schema.Value, schema => schema.Key);
        Assert.That(answers.Select(schema => names[schema]), Does.Contain("EventTypeVersion"));
        var closed = answers.Where(schema => schema.RequiredProperties.Count == 0 || !schema.AllowAdditionalProperties);
        Assert.That(closed.Select(schema => names[schema]), Is.Empty);

        void Collect(JsonSchema schema)
        {
            if (schema.ActualProperties.Count > 0 && !answers.Add(schema))
            {
                return;
            }

            foreach (var member in schema.ActualProperties.Values.Select(property => property.ActualTypeSchema))
            {
                Collect(member.Item?.ActualSchema ?? member);
            }
        }
    }

    [Test]
    public async Task Every_example_fits_its_schema()
    {
        var document = await OpenApiDocument.FromFileAsync(Snapshot);
        var examples = document.Components.Schemas.Where(schema => schema.Value.Example is not null)
            .Select(schema => (Place: schema.Key, Schema: schema.Value, Example: schema.Value.Example!))
            .Concat(document.Operations.SelectMany(operation => operation.Operation.Responses.SelectMany(response => response.Value.Content.Values
                .Where(content => content.Example is not null)
                .Select(content => (Place: $"{operation.Operation.OperationId} {response.Key}", Schema: content.Schema.ActualSchema, Example: content.Example!)))))
            .ToList();
        Assert.That(examples, Has.Count.GreaterThan(80));
        using (Assert.EnterMultipleScope())
        {
            foreach (var (place, schema, example) in examples)
            {
                Assert.That(schema.Validate(Newtonsoft.Json.JsonConvert.SerializeObject(example), SchemaType.OpenApi3), Is.Empty, place);
            }
        }
    }

    [Test]
    public async Task A_linter_finds_no_fault()
    {
        if (!Environment.GetEnvironmentVariable("PATH")!.Split(':').Any(folder => File.Exists(Path.Combine(folder, "npx"))))
        {
            Assert.Ignore("The linter needs npx, which comes with Node.js.");
        }

        var (status, output) = await RunningService.ToolAsync(["npx", "--yes", "@redocly/cli@2.77.0", "lint", Snapshot]);
        Assert.That(status, Is.Zero, output);
    }
}
