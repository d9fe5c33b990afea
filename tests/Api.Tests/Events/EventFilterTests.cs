using System.Globalization;
using System.Text.Json.Nodes;

namespace Flownally.Api.Tests.Events;

/// <summary>The lists by conditions, against the same questions asked of a list in memory.</summary>
public sealed class EventFilterTests
{
    private const int Questions = 60;

    private static readonly string[] Contacts = ["ctc_1", "ctc_2", "a+b@example.com"];
    private static readonly string[] Types = ["signup.completed", "order.paid", "form.submitted"];

    /// <summary>Few, so that many events have the same.</summary>
    private static readonly DateTimeOffset[] Times =
    [
        new(2019, 12, 31, 23, 59, 59, TimeSpan.Zero), new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero), new(2026, 1, 1, 0, 0, 0, 1, TimeSpan.Zero),
        new(2026, 6, 15, 12, 30, 0, TimeSpan.Zero),
    ];

    private readonly Random _random = new(30);

    [Test]
    public async Task Every_question_has_the_answer_of_a_list_in_memory()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        for (var i = 0; i < 60; i++)
        {
            var body = $$"""{"eventTypeName":"{{Pick(Types)}}","occurredAt":"{{Pick(Times):O}}"}""";
            Assert.That((await workspace.RecordAsync(Uri.EscapeDataString(Pick(Contacts)), body)).Status, Is.EqualTo(201));
        }

        var stored = (await WalkAsync(workspace, "/v1/events", [])).Events;
        for (var i = 0; i < Questions; i++)
        {
            await AskTimelineAsync(workspace, stored);
            await AskListAsync(workspace, stored);
        }
    }

    [Test]
    public async Task A_count_is_exact_up_to_ten_thousand()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await RecordAsync(workspace, 10_000);
        foreach (var path in new[] { "/v1/events?contactId=ctc_1", "/v1/contacts/ctc_1/events?order=asc" })
        {
            var full = (await workspace.GetAsync(path)).Json;
            Assert.That(((int)full["totalSize"]!, full["totalSizeIsLowerBound"]), Is.EqualTo((10_000, (JsonNode?)null)), path);
        }

        await RecordAsync(workspace, 1);
        foreach (var path in new[] { "/v1/events?contactId=ctc_1", "/v1/contacts/ctc_1/events?order=asc" })
        {
            var more = (await workspace.GetAsync(path)).Json;
            Assert.That(((int)more["totalSize"]!, (bool)more["totalSizeIsLowerBound"]!), Is.EqualTo((10_000, true)), path);
        }

        Assert.That((int)(await workspace.GetAsync("/v1/events")).Json["totalSize"]!, Is.EqualTo(10_001), "Without a condition it is exact.");
    }

    [TestCase("/v1/events?order=up", "order")]
    [TestCase("/v1/events?createdFrom=yesterday", "createdFrom")]
    [TestCase("/v1/events?contactId=..", "contactId")]
    [TestCase("/v1/events?occurredFrom=2026-01-01T00:00:00Z", "occurredFrom")]
    [TestCase("/v1/contacts/ctc_1/events?occurredTo=2026-01-01", "occurredTo")]
    [TestCase("/v1/contacts/ctc_1/events?eventTypeName=Order%20Paid", "eventTypeName")]
    public async Task A_condition_that_cannot_be_read_is_refused(string path, string parameter)
    {
        var answer = await (await Service.NewWorkspaceAsync()).GetAsync(path);
        Assert.That((answer.Status, (string)answer.Json["errors"]![0]!["field"]!), Is.EqualTo((400, parameter)), answer.Text);
    }

    [TestCase("0001-01-01T00:00:00Z", "9999-12-31T23:59:59.9999999Z", 1)]
    [TestCase("9999-12-31T23:59:59.9999999Z", "0001-01-01T00:00:00Z", 0)]
    [TestCase("1969-12-31T23:59:59-12:00", "2999-01-01T00:00:00%2B14:00", 1)]
    public async Task Every_time_can_bound_a_range(string from, string to, int found)
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.RecordedAsync("ctc_1");
        foreach (var path in new[] { $"/v1/events?createdFrom={from}&createdTo={to}", $"/v1/contacts/ctc_1/events?occurredFrom={from}&occurredTo={to}" })
        {
            Assert.That((int)(await workspace.GetAsync(path)).Json["totalSize"]!, Is.EqualTo(found), path);
        }
    }

    [Test]
    public async Task A_token_is_good_for_its_own_question_only()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await RecordAsync(workspace, 3);
        var token = (string)(await workspace.GetAsync("/v1/events?contactId=ctc_1&pageSize=1")).Json["nextPageToken"]!;
        (await workspace.GetAsync($"/v1/events?contactId=ctc_1&order=asc&pageToken={token}")).AssertRefused(400, "pageTokenInvalid", "pageToken");
        (await workspace.GetAsync($"/v1/events?pageToken={token}")).AssertRefused(400, "pageTokenInvalid", "pageToken");
    }

    private async Task AskTimelineAsync(Workspace workspace, IReadOnlyList<JsonNode> stored)
    {
        var (contact, type, from, to, ascending) = (Pick(Contacts), Maybe(Types), Bound(Times), Bound(Times), _random.Next(2) == 0);
        var expected = stored.Where(e => (string)e["contactId"]! == contact && (type is null || (string)e["eventTypeName"]! == type)
                && (from is null || Time(e, "occurredAt") >= from) && (to is null || Time(e, "occurredAt") < to))
            .OrderByDescending(e => Time(e, "occurredAt")).ThenByDescending(e => (string)e["id"]!, StringComparer.Ordinal);
        await CompareAsync(workspace, $"/v1/contacts/{Uri.EscapeDataString(contact)}/events", ascending ? expected.Reverse() : expected,
            ("eventTypeName", type), ("occurredFrom", Text(from)), ("occurredTo", Text(to)), ("order", ascending ? "asc" : null));
    }

    private async Task AskListAsync(Workspace workspace, IReadOnlyList<JsonNode> stored)
    {
        DateTimeOffset[] created = [.. stored.Select(e => Time(e, "createdAt"))];
        var (contact, type, from, to, ascending) = (Maybe(Contacts), Maybe(Types), Bound(created), Bound(created), _random.Next(2) == 0);
        var expected = stored.Where(e => (contact is null || (string)e["contactId"]! == contact) && (type is null || (string)e["eventTypeName"]! == type)
                && (from is null || Time(e, "createdAt") >= from) && (to is null || Time(e, "createdAt") < to))
            .OrderByDescending(e => (string)e["id"]!, StringComparer.Ordinal);
        await CompareAsync(workspace, "/v1/events", ascending ? expected.Reverse() : expected, ("contactId", contact),
            ("eventTypeName", type), ("createdFrom", Text(from)), ("createdTo", Text(to)), ("order", ascending ? "asc" : "desc"));
    }

    private static async Task CompareAsync(Workspace workspace, string path, IEnumerable<JsonNode> expected, params (string Name, string? Value)[] query)
    {
        var (events, totals) = await WalkAsync(workspace, path, query);
        var question = $"{path} {string.Join(' ', query)}";
        Assert.That(events.Select(e => (string)e["id"]!), Is.EqualTo(expected.Select(e => (string)e["id"]!)), question);
        Assert.That(totals, Is.All.EqualTo(expected.Count()), question);
    }

    /// <summary>All pages of a list, and what each told of the total.</summary>
    private static async Task<(IReadOnlyList<JsonNode> Events, IReadOnlyList<int> Totals)> WalkAsync(
        Workspace workspace, string path, (string Name, string? Value)[] query)
    {
        var (events, totals) = (new List<JsonNode>(), new List<int>());
        var given = string.Concat(query.Where(part => part.Value is not null).Select(part => $"&{part.Name}={Uri.EscapeDataString(part.Value!)}"));
        string? token = null;
        do
        {
            var page = (await workspace.GetAsync($"{path}?pageSize=7{given}{(token is null ? "" : $"&pageToken={token}")}")).Json;
            events.AddRange(page["events"]!.AsArray().Select(e => e!));
            totals.Add((int)page["totalSize"]!);
            token = (string?)page["nextPageToken"];
        }
        while (token is not null);
        return (events, totals);
    }

    private static async Task RecordAsync(Workspace workspace, int count)
    {
        for (var left = count; left > 0; left -= 1_000)
        {
            var events = Enumerable.Repeat("""{"contactId":"ctc_1","eventTypeName":"signup.completed"}""", Math.Min(left, 1_000));
            Assert.That((await workspace.PostAsync("/v1/events/batch", $$"""{"events":[{{string.Join(',', events)}}]}""")).Status, Is.EqualTo(200));
        }
    }

    private static DateTimeOffset Time(JsonNode e, string member) => DateTimeOffset.Parse((string)e[member]!, CultureInfo.InvariantCulture);

    private static string? Text(DateTimeOffset? time) => time?.ToString("O");

    private T Pick<T>(IReadOnlyList<T> values) => values[_random.Next(values.Count)];

    private string? Maybe(IReadOnlyList<string> values) => _random.Next(3) == 0 ? null : Pick(values);

    /// <summary>A time of an event, or a microsecond beside it.</summary>
    private DateTimeOffset? Bound(IReadOnlyList<DateTimeOffset> times) => _random.Next(3) == 0 ? null : Pick(times).AddMicroseconds(_random.Next(-1, 2));
}
