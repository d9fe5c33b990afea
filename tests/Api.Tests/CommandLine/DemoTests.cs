using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Flownally.Api.Tests.Journeys;
using Flownally.Application.Journeys.Delivery;
using Flownally.Domain.Journeys;
using Flownally.Infrastructure.EmbeddedPostgres;
using Npgsql;

namespace Flownally.Api.Tests.CommandLine;

/// <summary><c>./run --demo</c>: a journey, and the receiver of its webhooks.</summary>
public sealed partial class DemoTests
{
    private const string Secret = "SELECT target_secret FROM journeys";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly HttpClient Http = new();

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("flownally-demo-");

    [OneTimeSetUp]
    public void Open() => File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_111_111);

    [OneTimeTearDown]
    public void Clean() => _temporary.Delete(recursive: true);

    [Test]
    public async Task What_the_greeting_tells_to_paste_is_printed_as_README_shows()
    {
        using var process = RunningService.Start(Words(Folder("paste"), []), []);
        try
        {
            var greeting = await ReadUntilAsync(process, line => line.StartsWith("Ctrl-C", StringComparison.Ordinal));
            var purchase = greeting.Single(line => line.StartsWith("curl", StringComparison.Ordinal) && line.Contains("order.paid", StringComparison.Ordinal));
            await RunningService.ToolAsync(["bash", "-c", purchase]);
            var printed = await ReadUntilAsync(process, _ => true);
            var readme = await File.ReadAllLinesAsync(Path.Combine(RunningService.Root.FullName, "README.md"));
            var shown = readme.Single(line => line.StartsWith("Webhook ent_", StringComparison.Ordinal));
            Assert.That(EntryId().Replace(printed.Single(), "…"), Is.EqualTo(EntryId().Replace(shown, "…")));
        }
        finally
        {
            await RunningService.ToolAsync(["kill", "-INT", process.Id.ToString(CultureInfo.InvariantCulture)]);
            await process.WaitForExitAsync().WaitAsync(Patience);
        }
    }

    [Test]
    public async Task The_journey_is_there_once_and_tells_whichever_receiver_there_is_of_large_orders()
    {
        var data = Folder("again");
        JsonNode journey;
        await using (var service = await StartAsync(data))
        {
            journey = await JourneyAsync(service);
            using (Assert.EnterMultipleScope())
            {
                Assert.That((string)journey["status"]!, Is.EqualTo("active"));
                Assert.That((string)journey["entryMode"]!, Is.EqualTo("everyTime"));
                Assert.That(journey["triggerConfig"]!["payloadFilter"]!.ToJsonString(),
                    Is.EqualTo("""{"type":"object","properties":{"total":{"minimum":100}},"required":["total"]}"""));
                Assert.That((string)journey["target"]!["url"]!, Is.EqualTo(service.Receiver));
            }

            await RecordAsync(service, "A-1", "99.99");
            await RecordAsync(service, "A-2", "100");
            await RecordAsync(service, "A-3", "129.90");
            Assert.That(await OrderAsync(service), Is.EqualTo("A-2"));
            Assert.That(await OrderAsync(service), Is.EqualTo("A-3"));
            var caller = CallerOf(service);
            Assert.That((await caller.PatchAsync($"/v1/journeys/{journey["id"]}", """{"triggerConfig":{"payloadFilter":{"required":["items"]}}}""")).Status, Is.EqualTo(200));
            Assert.That((await caller.PostAsync($"/v1/journeys/{journey["id"]}/pause", "")).Status, Is.EqualTo(200));
            Assert.That(await service.InterruptAsync(), Is.Zero);
        }

        await using var again = await StartAsync(data);
        var same = await JourneyAsync(again);
        Assert.That((string)same["id"]!, Is.EqualTo((string)journey["id"]!));
        Assert.That((string)same["target"]!["url"]!, Is.EqualTo(again.Receiver));
        await RecordAsync(again, "A-4", "129.90");
        Assert.That(await OrderAsync(again), Is.EqualTo("A-4"));
    }

    [Test]
    public async Task Calls_that_the_secret_has_not_signed_are_refused_and_not_printed()
    {
        await using var service = await StartAsync(Folder("signed"));
        var secret = WebhookSecret.Parse(await SecretAsync(service));
        var url = new Uri(service.Receiver!);
        var now = TimeProvider.System.GetUtcNow().ToUnixTimeSeconds();
        var body = Told("refused");
        var right = secret.Sign("ent_1", now, Encoding.UTF8.GetBytes(body));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(await CallAsync(body), Is.EqualTo(401));
            Assert.That(await CallAsync(body, "ent_1", "soon", right), Is.EqualTo(401));
            Assert.That(await CallAsync(body, "ent_2", $"{now}", right), Is.EqualTo(401));
            Assert.That(await CallAsync(body, "ent_1", $"{now + 1}", right), Is.EqualTo(401));
            Assert.That(await CallAsync(body + " ", "ent_1", $"{now}", right), Is.EqualTo(401));
            Assert.That(await CallAsync(body, "ent_1", $"{now}", WebhookSecret.Parse(Webhooks.Secret).Sign("ent_1", now, Encoding.UTF8.GetBytes(body))), Is.EqualTo(401));
            Assert.That(await CallAsync(body, "ent_1", $"{now - 3600}", secret.Sign("ent_1", now - 3600, Encoding.UTF8.GetBytes(body))), Is.EqualTo(401), "overheard an hour ago");
            Assert.That(await CallAsync(body, "ent_1", $"{now + 3600}", secret.Sign("ent_1", now + 3600, Encoding.UTF8.GetBytes(body))), Is.EqualTo(401));
        }

        var told = Told("of two signatures one is right");
        Assert.That(await CallAsync(told, "ent_1", $"{now}", $"v1,AAAA {secret.Sign("ent_1", now, Encoding.UTF8.GetBytes(told))}"), Is.EqualTo(204));
        Assert.That(await OrderAsync(service), Is.EqualTo("of two signatures one is right"), "it is the first that is printed");

        using var sender = Webhooks.NewSender();
        var outcome = await sender.SendAsync(new WebhookRequest("ent_1", url, secret, Encoding.UTF8.GetBytes(Told("sent"))), CancellationToken.None);
        Assert.That(outcome, Is.EqualTo(new WebhookOutcome.Delivered(204)));
        Assert.That(await OrderAsync(service), Is.EqualTo("sent"));

        async Task<int> CallAsync(string content, string? id = null, string? timestamp = null, string? signature = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new StringContent(content) };
            request.Headers.Add("webhook-id", id);
            request.Headers.Add("webhook-timestamp", timestamp);
            request.Headers.Add("webhook-signature", signature);
            using var answer = await Http.SendAsync(request);
            return (int)answer.StatusCode;
        }
    }

    [Test]
    public async Task A_database_that_others_use_gets_no_demo_and_its_webhooks_stay_away_from_this_machine()
    {
        await using var others = await OwnService.StartAsync("demo_of_others");
        var data = Folder("others");
        await using var service = await RunningService.RunAsync(data, Words(data, ["--json"]), ("ConnectionStrings__Flownally", others.ConnectionString));
        Assert.That((service.Key, service.Receiver), Is.EqualTo(("", (string?)null)));
        var workspace = others.Workspace.At(service.Url);
        Assert.That((int)(await workspace.GetAsync("/v1/journeys")).Json["totalSize"]!, Is.Zero);
        var target = $$$"""{"name":"Inside","target":{"url":"http://127.0.0.1:1","secret":"{{{Webhooks.Secret}}}"}}""";
        (await workspace.PostAsync("/v1/journeys", target)).AssertRefused(422, "validationFailed", "/target/url");
    }

    private static string[] Words(DirectoryInfo data, string[] more) =>
        [Path.Combine(RunningService.Root.FullName, "run"), "--demo", "--port", "0", "--data", data.FullName, .. more];

    private static Task<RunningService> StartAsync(DirectoryInfo data) => RunningService.RunAsync(data, Words(data, ["--json"]));

    private static async Task<List<string>> ReadUntilAsync(Process process, Predicate<string> last)
    {
        List<string> lines = [];
        do
        {
            lines.Add(await process.StandardOutput.ReadLineAsync().WaitAsync(Patience) ?? throw new InvalidOperationException("It ended; its words are in the log above."));
        }
        while (!last(lines[^1]));
        return lines;
    }

    private static async Task<string> SecretAsync(RunningService service)
    {
        await using var server = await EmbeddedServer.StartAsync(service.Data.FullName, TestContext.Progress.WriteLine, CancellationToken.None);
        await using var database = NpgsqlDataSource.Create(server.ConnectionString);
        await using var command = database.CreateCommand(Secret);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private static Workspace CallerOf(RunningService service) => new(default, service.Key, new Uri(service.Url));

    private static async Task<JsonNode> JourneyAsync(RunningService service) =>
        (await CallerOf(service).GetAsync("/v1/journeys")).Json["journeys"]!.AsArray().Single()!;

    private static async Task RecordAsync(RunningService service, string order, string total)
    {
        var answer = await CallerOf(service).RecordAsync("ctc_1001",
            $$$"""{"eventTypeName":"order.paid","payload":{"orderId":"{{{order}}}","total":{{{total}}},"currency":"EUR"}}""");
        Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
    }

    /// <summary>The order that the next webhook tells of.</summary>
    private static async Task<string> OrderAsync(RunningService service) =>
        (string)(await service.PrintedAsync())["data"]!["event"]!["payload"]!["orderId"]!;

    private static string Told(string order) => $$"""
        {
          "type": "journey.entered",
          "data": {
            "journey": { "name": "Large orders" },
            "entry": { "id": "ent_1" },
            "event": { "contactId": "ctc_1001", "eventTypeName": "order.paid", "payload": { "orderId": "{{order}}" } }
          }
        }
        """;

    private DirectoryInfo Folder(string name) => new(Path.Combine(_temporary.FullName, name));

    [GeneratedRegex("(?<=^Webhook ent_)[0-9A-Z]{26}(?=:)")]
    private static partial Regex EntryId();
}
