using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace Flownally.Api.Tests.CommandLine;

/// <summary>The two commands of README, and what people do to them.</summary>
public sealed partial class RunTests
{
    private const int Nobody = 65534;

    private static readonly HttpClient Http = new();

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("flownally-run-");

    [OneTimeSetUp]
    public void Open() => File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_111_111);

    [OneTimeTearDown]
    public void Clean() => _temporary.Delete(recursive: true);

    [Test]
    public async Task What_README_shows_is_what_happens()
    {
        await using var service = await RunningService.StartAsync(Folder("readme"));
        var readme = await File.ReadAllTextAsync(Path.Combine(RunningService.Root.FullName, "README.md"));
        var shown = Example().Matches(readme);
        Assert.That(shown, Has.Count.EqualTo(2));
        foreach (Match example in shown)
        {
            var command = example.Groups["command"].Value
                .Replace("http://127.0.0.1:5080", service.Url, StringComparison.Ordinal)
                .Replace(".flownally/", service.Data.FullName + "/", StringComparison.Ordinal);
            var (_, answer) = await RunningService.ToolAsync(["bash", "-c", command]);
            Assert.That(Varying().Replace(answer, "…"), Is.EqualTo(Varying().Replace(example.Groups["answer"].Value, "…")));
        }
    }

    [Test]
    public async Task The_demo_is_there_once_and_its_key_is_for_its_owner_alone()
    {
        var data = Folder("demo");
        data.Create();
        await File.WriteAllTextAsync(Path.Combine(data.FullName, "other"), "kept");
        string key;
        await using (var service = await RunningService.StartAsync(data))
        {
            key = service.Key;
            var file = Path.Combine(data.FullName, "demo-key");
            Assert.That((await File.ReadAllTextAsync(file)).Trim(), Is.EqualTo(key));
            Assert.That(File.GetUnixFileMode(file), Is.EqualTo(UnixFileMode.UserRead | UnixFileMode.UserWrite));
        }

        await using var again = await RunningService.StartAsync(data);
        Assert.That(again.Key, Is.EqualTo(key));
        Assert.That(File.Exists(Path.Combine(data.FullName, "other")));
    }

    [Test]
    public async Task A_demo_from_before_there_were_all_scopes_gets_a_key_that_has_them()
    {
        var data = Folder("older");
        string older;
        await using (var service = await RunningService.StartAsync(data))
        {
            var tenant = (string)JsonNode.Parse((await service.CommandAsync("keys", "list", "--json")).Output)!["keys"]![0]!["tenantId"]!;
            var made = await service.CommandAsync("keys", "create", "--tenant", tenant, "--role", "owner", "--scopes", "event:create,event:list", "--json");
            older = (string)JsonNode.Parse(made.Output)!["key"]!;
            await File.WriteAllTextAsync(Path.Combine(data.FullName, "demo-key"), older);
        }

        await using var newer = await RunningService.StartAsync(data);
        Assert.That(newer.Key, Is.Not.EqualTo(older));
        Assert.That(await JourneysStatusAsync(newer, older), Is.EqualTo(403));
        Assert.That(await JourneysStatusAsync(newer, newer.Key), Is.EqualTo(200));
        Assert.That(await StatusAsync(newer, older), Is.EqualTo(201), "what was handed out goes on working");
    }

    [TestCase("INT")]
    [TestCase("TERM")]
    [TestCase("HUP")]
    public async Task Being_told_to_stop_ends_everything_and_keeps_what_was_answered(string signal)
    {
        var data = Folder("interrupted" + signal);
        var service = await RunningService.StartAsync(data);
        await RecordAsync(service);
        Assert.That(await service.InterruptAsync(signal), Is.Zero);
        Assert.That(service.DatabaseRuns, Is.False);

        await using var again = await RunningService.StartAsync(data);
        Assert.That(await TotalAsync(again), Is.EqualTo(1));
    }

    [Test]
    public async Task After_a_kill_the_next_start_takes_over_the_database_that_still_runs()
    {
        var data = Folder("killed");
        var service = await RunningService.StartAsync(data);
        await RecordAsync(service);
        await service.KillAsync();
        Assert.That(service.DatabaseRuns);

        var again = await RunningService.StartAsync(data);
        Assert.That(await TotalAsync(again), Is.EqualTo(1));
        await again.InterruptAsync();
        Assert.That(again.DatabaseRuns, Is.False);
    }

    [Test]
    public async Task Two_starts_at_the_same_moment_serve_the_same_demo()
    {
        var data = Folder("two");
        var services = await Task.WhenAll(RunningService.StartAsync(data), RunningService.StartAsync(data));
        Assert.That(services[0].Key, Is.EqualTo(services[1].Key));
        await RecordAsync(services[0]);
        await services[0].InterruptAsync();
        Assert.That(await TotalAsync(services[1]), Is.EqualTo(1));
        await services[1].InterruptAsync();
        Assert.That(services[1].DatabaseRuns, Is.False);
    }

    [Test]
    public async Task An_ordinary_user_can_start_it()
    {
        RequireRoot();
        await using var service = await RunningService.StartAsync(Folder("ordinary"), Nobody, ("HOME", _temporary.FullName));
        await RecordAsync(service);
        Assert.That(await TotalAsync(service), Is.EqualTo(1));
    }

    [Test]
    public async Task Under_a_folder_that_is_closed_to_others_the_database_finds_another_place()
    {
        RequireRoot();
        var closed = Folder("closed");
        closed.Create();
        File.SetUnixFileMode(closed.FullName, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var data = closed.CreateSubdirectory("data");
        await using (var service = await RunningService.StartAsync(data))
        {
            await RecordAsync(service);
        }

        var refuge = new DirectoryInfo(Path.Combine(data.FullName, "postgres")).LinkTarget!;
        Assert.That(refuge, Does.StartWith("/var/lib/flownally/"));
        await using (var again = await RunningService.StartAsync(data))
        {
            Assert.That(await TotalAsync(again), Is.EqualTo(1));
        }

        Directory.Delete(refuge, recursive: true);
    }

    [Test]
    public async Task Commands_work_on_the_database_while_the_service_runs()
    {
        await using var service = await RunningService.StartAsync(Folder("commands"), null, ("Contacts__UnknownContact", "Reject"));
        var tenant = JsonNode.Parse((await service.CommandAsync("tenants", "create", "--name", "Test", "--json")).Output)!["id"]!.ToString();
        var key = JsonNode.Parse((await service.CommandAsync("keys", "create", "--tenant", tenant, "--role", "agent",
            "--scopes", "event:create,event:list", "--name", "test", "--expires", "2100-01-31", "--json")).Output)!;
        Assert.That((string)key["expiresAt"]!, Is.EqualTo("2100-01-31T00:00:00Z"));
        Assert.That((string)key["role"]!, Is.EqualTo("agent"));
        var secret = (string)key["key"]!;
        var list = await service.CommandAsync("keys", "list", "--tenant", tenant, "--json");
        Assert.That(list.Output, Does.Contain((string)key["id"]!).And.Not.Contain(secret));

        Assert.That(await StatusAsync(service, secret), Is.EqualTo(404));
        Assert.That(await OldFormStatusAsync(service, secret), Is.EqualTo(404));
        Assert.That(await TimelineStatusAsync(service, secret), Is.EqualTo(404));
        var file = Path.Combine(_temporary.FullName, "contacts.ndjson");
        await File.WriteAllTextAsync(file, "{\"id\":\"ctc_1001\"}\n\n{\"id\":\"no id\"}\nnothing\n");
        var import = await service.CommandAsync("contacts", "import", file, "--tenant", tenant, "--json");
        Assert.That(import, Is.EqualTo((1, """{"added":1,"known":0,"refused":2}""")));
        Assert.That(await TimelineStatusAsync(service, secret), Is.EqualTo(200));
        Assert.That(await StatusAsync(service, secret), Is.EqualTo(201));

        Assert.That((await service.CommandAsync("keys", "revoke", (string)key["id"]!)).Status, Is.Zero);
        Assert.That(await StatusAsync(service, secret), Is.EqualTo(401));
        Assert.That((await service.CommandAsync("keys", "revoke", (string)key["id"]!)).Status, Is.EqualTo(1));
        Assert.That((await service.CommandAsync("migrate", "--json")).Output, Is.EqualTo("""{"applied":[]}"""));
    }

    [Test]
    public async Task While_the_database_is_away_calls_are_told_to_come_back_and_then_go_on()
    {
        await using var service = await RunningService.StartAsync(Folder("away"));
        await RecordAsync(service);
        var cluster = Path.Combine(service.Data.FullName, "postgres");
        var settings = Path.Combine(cluster, "postgresql.conf");
        var sound = await File.ReadAllTextAsync(settings);
        await File.AppendAllTextAsync(settings, "no_such_setting = 1\n"); // or it would be back before the first call
        await RunningService.ToolAsync(["kill", "-KILL", File.ReadLines(Path.Combine(cluster, "postmaster.pid")).First()]);

        // A server process outlives the one that was killed until it sees it; from the first refusal on, all are.
        await UntilAsync(async () => await StatusAsync(service, service.Key) == 503);
        using (var refusal = await SendAsync(service, service.Key))
        {
            Assert.That((int)refusal.StatusCode, Is.EqualTo(503));
            Assert.That(refusal.Headers.RetryAfter, Is.Not.Null);
            Assert.That(await refusal.Content.ReadAsStringAsync(), Does.Contain("databaseUnavailable"));
        }

        await File.WriteAllTextAsync(settings, sound);
        await UntilAsync(async () => await StatusAsync(service, service.Key) == 201);
        Assert.That(await TotalAsync(service), Is.GreaterThanOrEqualTo(2));
    }

    [Test]
    public async Task Without_PostgreSQL_a_command_says_so_and_fails()
    {
        var folder = Folder("missing");
        string[] command = ["env", "FLOWNALLY_PG_BIN=/nowhere", "bash", "-c", "./flownally migrate --data \"$0\" 2>&1", folder.FullName];
        var (status, output) = await RunningService.ToolAsync(command);
        Assert.That(status, Is.EqualTo(1));
        Assert.That(output, Does.StartWith("PostgreSQL is not installed").And.Not.Contain("   at "));
    }

    [TestCase("live")]
    [TestCase("ready")]
    public async Task Health_needs_no_key(string which)
    {
        using var response = await Http.GetAsync(new Uri(Service.Url, $"/health/{which}"));
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.OK));
    }

    private static void RequireRoot()
    {
        if (!Environment.IsPrivilegedProcess)
        {
            Assert.Ignore("Only root can start a process as another account.");
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> happened)
    {
        for (var attempt = 0; !await happened(); attempt++)
        {
            Assert.That(attempt, Is.LessThan(600), "not within a minute");
            await Task.Delay(100);
        }
    }

    private DirectoryInfo Folder(string name) => new(Path.Combine(_temporary.FullName, name));

    private static async Task RecordAsync(RunningService service)
    {
        using var response = await SendAsync(service, service.Key);
        Assert.That(response.StatusCode, Is.EqualTo(HttpStatusCode.Created));
    }

    private static async Task<int> JourneysStatusAsync(RunningService service, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{service.Url}/v1/journeys") { Headers = { Authorization = new("Bearer", key) } };
        using var response = await Http.SendAsync(request);
        return (int)response.StatusCode;
    }

    private static async Task<int> OldFormStatusAsync(RunningService service, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{service.Url}/v1/events")
        {
            Content = new StringContent("""{"contactId":"ctc_1001","eventTypeName":"signup.completed"}""", Encoding.UTF8, "application/json"),
            Headers = { Authorization = new("Bearer", key) },
        };
        using var response = await Http.SendAsync(request);
        return (int)response.StatusCode;
    }

    private static async Task<int> StatusAsync(RunningService service, string key)
    {
        using var response = await SendAsync(service, key);
        return (int)response.StatusCode;
    }

    private static async Task<HttpResponseMessage> SendAsync(RunningService service, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{service.Url}/v1/contacts/ctc_1001/events")
        {
            Content = new StringContent("""{"eventTypeName":"signup.completed"}""", Encoding.UTF8, "application/json"),
            Headers = { Authorization = new("Bearer", key) },
        };
        return await Http.SendAsync(request);
    }

    private static async Task<int> TotalAsync(RunningService service)
    {
        using var response = await TimelineAsync(service, service.Key);
        return (int)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["totalSize"]!;
    }

    private static async Task<int> TimelineStatusAsync(RunningService service, string key)
    {
        using var response = await TimelineAsync(service, key);
        return (int)response.StatusCode;
    }

    private static async Task<HttpResponseMessage> TimelineAsync(RunningService service, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"{service.Url}/v1/contacts/ctc_1001/events")
        {
            Headers = { Authorization = new("Bearer", key) },
        };
        return await Http.SendAsync(request);
    }

    [GeneratedRegex("```sh\n(?<command>curl .*?)```\n\n```json\n(?<answer>.*?)\n```", RegexOptions.Singleline | RegexOptions.ExplicitCapture)]
    private static partial Regex Example();

    /// <summary>What differs from run to run: the random part of ids, and times.</summary>
    [GeneratedRegex(@"(?<=_|evt-type_)[0-9A-Z]{26}|\d{4}-\d\d-\d\dT[0-9:.]+Z")]
    private static partial Regex Varying();
}
