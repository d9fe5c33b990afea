using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text;
using Flownally.Api.Http.Problems;
using Flownally.Api.Tests.Feed;
using Flownally.Api.Tests.Journeys;

namespace Flownally.Api.Tests;

/// <summary>
/// Generated calls against every operation, most of them wrong in some way. None may end in a fault of the server, every
/// refusal has its code, and nothing of another tenant is seen or changed. <c>FLOWNALLY_HOSTILE_CALLS</c> sets how many,
/// <c>FLOWNALLY_HOSTILE_SEED</c> repeats a run.
/// </summary>
public sealed class HostileRunTests
{
    private const int Callers = 16;

    /// <summary>Without these the calls are too wrong, or not wrong enough, to be a test.</summary>
    private static readonly int[] Expected = [200, 201, 400, 404, 409, 422];

    private static readonly int Calls = Setting("FLOWNALLY_HOSTILE_CALLS", 20_000);
    private static readonly int Seed = Setting("FLOWNALLY_HOSTILE_SEED", Random.Shared.Next());

    [Test]
    public async Task No_call_brings_the_service_down()
    {
        await TestContext.Out.WriteLineAsync($"{Calls} calls, FLOWNALLY_HOSTILE_SEED={Seed}");
        var victim = await Service.NewWorkspaceAsync();
        var treasure = await Service.NewTypeAsync(victim.Tenant, "order.paid");
        var secret = await victim.RecordedAsync("ctc_victim");
        await victim.RecordedAsync("ctc_victim");
        var hoard = (await victim.PostAsync("/v1/journeys", $$"""{"name":"a","triggerConfig":{"eventTypeId":"{{treasure.Id}}"} }""")).Json;
        var before = await StateAsync(victim);
        var token = (string)(await victim.GetAsync("/v1/events?pageSize=1")).Json["nextPageToken"]!;

        var cursor = (await victim.ReadFeedAsync()).Cursor;
        var caller = await Service.NewWorkspaceAsync();
        var type = await Service.NewTypeAsync(caller.Tenant, "order.paid", """{"type":"object","properties":{"n":{"type":"integer"}}}""");
        var journey = (await caller.PostAsync("/v1/journeys", $$"""{"name":"a","triggerConfig":{"eventTypeId":"{{type.Id}}"},"target":{"url":"https://a.example","secret":"{{Webhooks.Secret}}"} }""")).Json;
        string[] ids =
        [
            treasure.Id.ToString(), (string)secret["id"]!, type.Id.ToString(), (string)(await caller.RecordedAsync("ctc_1"))["id"]!, token,
            (string)hoard["id"]!, (string)journey["id"]!, (await StoredJourneys.EnterAsync(caller.Tenant, (string)journey["id"]!)).Single(), cursor,
        ];
        var statuses = new ConcurrentDictionary<int, int>();
        var faults = new ConcurrentQueue<string>();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async number =>
        {
            var hostile = new HostileCaller(new Random(Seed + number), ids);
            for (var i = 0; i < Calls / Callers; i++)
            {
                using var request = hostile.Next();
                var call = $"{request.Method} {request.RequestUri} {(request.Content is null ? "" : await request.Content.ReadAsStringAsync())}";
                var answer = await caller.SendAsync(request);
                statuses.AddOrUpdate(answer.Status, 1, (_, count) => count + 1);
                if (Fault(answer, victim) is { } fault)
                {
                    faults.Enqueue($"{fault}: {call}\n{answer.Status} {answer.Text}");
                }
            }
        }));

        await TestContext.Out.WriteLineAsync(string.Join(", ", statuses.OrderBy(status => status.Key).Select(status => $"{status.Key}: {status.Value}")));
        Assert.That(faults.Take(5), Is.Empty);
        Assert.That(await StateAsync(victim), Is.EqualTo(before));
        Assert.That(statuses.Keys, Is.SupersetOf(Expected));
    }

    private static string? Fault(Answer answer, Workspace victim)
    {
        if (answer.Text.Contains(victim.Tenant.ToString(), StringComparison.Ordinal))
        {
            return "Another tenant's data";
        }

        if (answer.Status is >= 200 and < 300)
        {
            return null;
        }

        if (answer.Status == (int)HttpStatusCode.RequestUriTooLong)
        {
            return answer.Text.Length > 0 ? "Words where there is no request yet" : null; // the server reads no request line of over 8 KiB
        }

        return answer.Status >= 500 ? "A fault of the server"
            : answer.ContentHeaders.ContentType?.MediaType != Problem.ContentType || !ProblemCatalog.ByCode.TryGetValue(answer.Code, out var type)
            || type.Status != answer.Status ? "A refusal without its code"
            : null;
    }

    private static async Task<string> StateAsync(Workspace workspace) =>
        (await workspace.GetAsync("/v1/event-types")).Text + (await workspace.GetAsync("/v1/events")).Text + (await workspace.GetAsync("/v1/journeys")).Text;

    private static int Setting(string name, int standard) =>
        Environment.GetEnvironmentVariable(name) is { } value ? int.Parse(value, CultureInfo.InvariantCulture) : standard;

    /// <summary>Makes calls that are nearly right.</summary>
    private sealed class HostileCaller(Random random, string[] ids)
    {
        private static readonly string[] Texts =
        [
            "", " ", "order.paid", "signup.completed", "ctc_1", "k-1", "\u0000", "\ud800", "é", "😀", "..", "../..", "%2e%2e", "a/b", "'; DROP TABLE events; --",
            "{{7*7}}", "<script>", "null", "-1", "0", "1", "50", "1e9", "99999999999999999999", "true", "2026-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999+23:59",
            "0001-01-01T00:00:00-14:00", "1970-01-01T00:00:00Z", "evt_ZZZZZZZZZZZZZZZZZZZZZZZZZZ", "evt-type_", "\"", "\\", "*", "W/\"1\"", "\"1\"", "\"1\", \"2\"", "a\nb", "gzip", "br",
            new('x', 200), new('x', 3_000),
        ];

        private static readonly string[] Values =
        [
            "null", "true", "0", "-0", "1.5", "1e400", "1e1001", "-1e-1001", "123456789012345678901234567890", "\"\"", "\"order.paid\"", "\"signup.completed\"", "\"ctc_1\"",
            "\"k-1\"", "\"k-2\"", "\"once\"", "\"everyTime\"", "\"http://127.0.0.1\"", "\"https://a.example/#b\"", "\"whsec_\"", "\"\\u0000\"", "\"\\ud800\"", "\"2026-01-01T00:00:00Z\"", "\"2026-02-30T00:00:00Z\"", "[]", "{}", "[[[[]]]]", "{\"n\":1}", "{\"n\":\"1\"}",
            "{\"a\":{\"b\":{\"c\":[1,2,{\"d\":null}]}}}", "{\"n\":1,\"n\":2}", "{\"type\":\"object\"}", "{\"type\":\"strng\"}", "{\"pattern\":\"(a+)+$\"}", "{\"pattern\":\"(\"}",
            "{\"properties\":{\"n\":{\"minimum\":1e999}}}", "{\"enum\":[{\"n\":1}]}", "{\"requierd\":[]}", "{\"$ref\":\"#\"}", "{\"$ref\":\"http://127.0.0.1/x\"}", "{\"type\":[\"object\",\"object\"]}",
            "{\"multipleOf\":0}", "{\"required\":[\"n\"]}", "{\"additionalProperties\":false}", "{\"const\":{}}", "{\"maxProperties\":0}",
        ];

        private static readonly string[] Members =
            ["eventTypeId", "eventTypeName", "payload", "occurredAt", "idempotencyKey", "contactId", "name", "description", "payloadSchema", "entryMode", "triggerConfig", "payloadFilter", "target", "url", "secret", "id", "", "__proto__", "\\u0000"];

        private static readonly string[] Parameters = ["pageSize", "pageToken", "cursor", "wait", "eventTypeId", "validateOnly", "unknown", "PAGESIZE"];

        private static readonly string[] Headers = ["Idempotency-Key", "If-Match", "Accept", "Content-Encoding", "X-HTTP-Method-Override", "Authorization", "Last-Event-ID"];

        private static readonly string[] MediaTypes =
            ["application/json", "application/json", "application/json", "application/json; charset=utf-8", "application/merge-patch+json", "text/plain", "application/json; charset=utf-16", "multipart/form-data"];

        private static readonly (HttpMethod Method, string Path)[] Operations =
        [
            (HttpMethod.Get, "/v1/event-types"), (HttpMethod.Post, "/v1/event-types"), (HttpMethod.Get, "/v1/event-types/{}"), (HttpMethod.Patch, "/v1/event-types/{}"),
            (HttpMethod.Delete, "/v1/event-types/{}"), (HttpMethod.Get, "/v1/events"), (HttpMethod.Post, "/v1/events"), (HttpMethod.Get, "/v1/events/{}"),
            (HttpMethod.Get, "/v1/contacts/{}/events"), (HttpMethod.Post, "/v1/contacts/{}/events"),
            (HttpMethod.Post, "/v1/events/batch"), (HttpMethod.Get, "/v1/events/feed"),
            (HttpMethod.Get, "/v1/journeys"), (HttpMethod.Post, "/v1/journeys"), (HttpMethod.Get, "/v1/journeys/{}"), (HttpMethod.Patch, "/v1/journeys/{}"),
            (HttpMethod.Delete, "/v1/journeys/{}"), (HttpMethod.Post, "/v1/journeys/{}/activate"), (HttpMethod.Post, "/v1/journeys/{}/pause"),
            (HttpMethod.Get, "/v1/journeys/{}/entries"), (HttpMethod.Post, "/v1/journeys/{}/entries/{}/redeliver"),
        ];

        public HttpRequestMessage Next()
        {
            var (method, path) = Pick(Operations);
            path = string.Concat(path.Split("{}").SelectMany((part, i) => new[] { i == 0 ? "" : Uri.EscapeDataString(PathText()), part }));
            var query = string.Join('&', Enumerable.Range(0, Chance(4) ? random.Next(3) : 0).Select(_ => $"{Pick(Parameters)}={Uri.EscapeDataString(Valid(Text()))}"));
            var request = new HttpRequestMessage(Chance(30) ? HttpMethod.Put : method, path + (query.Length > 0 ? "?" + query : ""));
            if (method == HttpMethod.Post || method == HttpMethod.Patch)
            {
                request.Content = new ByteArrayContent(Body());
                request.Content.Headers.TryAddWithoutValidation("Content-Type", Pick(MediaTypes));
            }

            for (var i = Chance(3) ? random.Next(3) : 0; i > 0; i--)
            {
                request.Headers.TryAddWithoutValidation(Pick(Headers), new string([.. Text().Where(c => c is >= ' ' and <= '~')]));
            }

            return request;
        }

        private string PathText()
        {
            var text = Chance(4) ? Text() : Chance(2) ? "ctc_1" : Pick(ids);
            text = Valid(text).Replace("\0", "", StringComparison.Ordinal); // a NUL is refused before there is a request
            return text is "." or ".." or "" ? "x" : text; // as is a path that climbs
        }

        private byte[] Body()
        {
            var json = Chance(3) ? Sensible() : Object(3);
            if (Chance(8) && json.Length > 0)
            {
                json = json.Remove(random.Next(json.Length), 1);
            }

            var bytes = Encoding.UTF8.GetBytes(json);
            if (Chance(30) && bytes.Length > 0)
            {
                bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
            }

            return bytes;
        }

        /// <summary>Right but for at most one value.</summary>
        private string Sensible() => random.Next(7) switch
        {
            0 => $$"""{"eventTypeName":"order.paid","payload":{{Or("{\"n\":1}")}}}""",
            1 => $$"""{"contactId":"ctc_1","eventTypeName":"signup.completed","idempotencyKey":{{Or("\"k-1\"")}}}""",
            2 => $$"""{"name":"type.{{random.Next(50)}}","payloadSchema":{{Or("{\"type\":\"object\"}")}}}""",
            3 => $$"""{"events":[{"contactId":"ctc_1","eventTypeName":"order.paid","payload":{{Or("{\"n\":1}")}}},{{Or("{}")}}]}""",
            4 => $$"""{"name":"a","entryMode":{{Or("\"everyTime\"")}},"triggerConfig":{"eventTypeId":"{{Pick(ids)}}","payloadFilter":{{Or("{\"required\":[\"n\"]}")}} } }""",
            5 => $$"""{"name":{{Or("\"b\"")}},"target":{"url":{{Or("\"https://a.example\"")}},"secret":{{Or($"\"{Webhooks.Secret}\"")}} } }""",
            _ => $$"""{"payloadSchema":{{Or("null")}}}""",
        };

        private string Object(int depth) => "{" + string.Join(',', Enumerable.Range(0, random.Next(4)).Select(_ =>
            $"\"{Pick(Members)}\":{(depth > 0 && Chance(4) ? Object(depth - 1) : Or("1"))}")) + "}";

        private string Or(string right) => Chance(2) ? right : Chance(5) ? $"\"{Pick(ids)}\"" : Pick(Values);

        private string Text() => Chance(4) ? Pick(ids) : Pick(Texts);

        /// <summary>Half a surrogate cannot stand in an address.</summary>
        private static string Valid(string text) => text.Replace("\ud800", "?", StringComparison.Ordinal);

        private T Pick<T>(IReadOnlyList<T> things) => things[random.Next(things.Count)];

        private bool Chance(int oneIn) => random.Next(oneIn) == 0;
    }
}
