using System.Diagnostics;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Flownally.Domain.ApiKeys;
using Npgsql;

namespace Flownally.Api.Tests.CommandLine;

/// <summary>The command <c>events import</c> in a process of its own, against the service over HTTP.</summary>
public sealed class EventsImportTests
{
    private const string KeyVariable = "FLOWNALLY_API_KEY";
    private const string Signup = """{"contactId":"ctc_1","eventTypeName":"signup.completed"}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flownally-import-");

    [OneTimeTearDown]
    public void CleanUp() => _folder.Delete(recursive: true);

    [Test]
    public async Task Each_line_is_recorded_or_refused_by_itself()
    {
        var target = await Target.NewAsync();
        await target.Workspace.RecordAsync("ctc_9", """{"eventTypeName":"signup.completed","idempotencyKey":"k-taken"}""");
        string[] lines =
        [
            """{"contactId":"ctc_1","eventTypeName":"signup.completed","payload":{"b":1.50,"a":1e2}}""",
            "",
            Signup.Replace("}", ""","idempotencyKey":"k-1"}""", StringComparison.Ordinal),
            Signup.Replace("}", ""","idempotencyKey":"k-1"}""", StringComparison.Ordinal), // the same event again
            "nothing",
            "[]",
            "{}",
            """{"contactId":"ctc_1","contactId":"ctc_2","eventTypeName":"signup.completed"}""", // makes the whole call malformed
            """{"contactId":"ctc_1","eventTypeName":"signup.completed","payload":{"a":"\ud800"}}""", // as does this
            Signup.Replace("}", ""","idempotencyKey":"k-taken"}""", StringComparison.Ordinal),
            $"  {Signup}  ",
            """{"contactId":"ctc_1","eventTypeName":"unheard.of","payload":{"n":1.0}}""",
            new('x', 200_000),
        ];
        var file = Write(lines);
        var (status, result) = await target.ImportAsync(file, "--in-flight", "1");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((status, Counts(result)), Is.EqualTo((1, (3, 1, 8, 0))));
            var events = await target.EventsAsync();
            Assert.That(events.Select(moment => moment["payload"]!.ToJsonString()), Does.Contain("""{"b":1.50,"a":1e2}"""));
            Assert.That(events.Select(moment => (string)moment["idempotencyKey"]!), Has.One.Matches("^import-1-[0-9a-f]{64}$").And.One.Matches("^import-11-").And.One.EqualTo("k-1"));

            var refused = (await File.ReadAllLinesAsync(file + ".refused.ndjson")).Select(line => JsonNode.Parse(line)!).ToDictionary(line => (int)line["line"]!);
            Assert.That(refused.Keys.Order(), Is.EqualTo([5, 6, 7, 8, 9, 10, 12, 13]));
            Assert.That(refused[5]["reason"]!.ToString(), Does.Contain("byte 2"));
            Assert.That((string)refused[5]["event"]!, Is.EqualTo("nothing"));
            Assert.That((string)refused[6]["event"]!, Is.EqualTo("[]"));
            Assert.That(refused.Values.OrderBy(line => (int)line["line"]!).Where(line => line["problem"] is not null).Select(line => (string)line["problem"]!["code"]!),
                Is.EqualTo(["validationFailed", "duplicateMember", "validationFailed", "idempotencyKeyExists", "eventTypeUnknown"]));
            Assert.That(refused[12]["event"]!.ToJsonString(), Is.EqualTo(lines[11]));
            Assert.That(refused[13].AsObject().Select(member => member.Key), Is.EqualTo(["line", "reason"]));
        }
    }

    [Test]
    public async Task Importing_a_file_again_records_nothing_twice_in_whatever_form_it_comes()
    {
        var target = await Target.NewAsync();
        var file = Write([.. Enumerable.Repeat(Signup, 1_200)]);
        Assert.That(Counts((await target.ImportAsync(file)).Result), Is.EqualTo((1_200, 0, 0, 0)));

        var compressed = await CompressAsync(file);
        var (status, result) = await target.ImportAsync(compressed);
        Assert.That((status, Counts(result)), Is.EqualTo((0, (0, 1_200, 0, 0))));

        await File.AppendAllTextAsync(file, Signup);
        (status, result) = await target.ImportStandardInputAsync(file, _folder);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((status, Counts(result)), Is.EqualTo((0, (1, 1_200, 0, 0))));
            Assert.That(await target.TotalAsync(), Is.EqualTo(1_201));
            Assert.That(Directory.GetFiles(_folder.FullName, Path.GetFileName(file) + "*refused*"), Is.Empty, "There is no file of refused lines where none was refused.");
        }
    }

    [Test]
    public async Task History_can_be_loaded_without_a_reaction_of_journeys()
    {
        var target = await Target.NewAsync();
        string[] lines =
        [
            Signup,
            Signup.Replace("}", ""","idempotencyKey":"k-1"}""", StringComparison.Ordinal),
            Signup.Replace("}", ""","suppressJourneys":false}""", StringComparison.Ordinal),
            Signup.Replace("}", ""","suppressJourneys":true}""", StringComparison.Ordinal),
            "{}",
        ];
        var file = Write(lines);
        Assert.That(Counts((await target.ImportAsync(file, "--suppress-journeys")).Result), Is.EqualTo((4, 0, 1, 0)));
        Assert.That(Counts((await target.ImportAsync(file)).Result), Is.EqualTo((0, 4, 1, 0)), "The keys are the same.");
        await using var database = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var ask = database.CreateCommand($"SELECT string_agg(suppress_journeys::text, ' ' ORDER BY position) FROM events WHERE tenant_id = '{target.Workspace.Tenant.Value}'");
        Assert.That(await ask.ExecuteScalarAsync(), Is.EqualTo("true true false true"));
    }

    [Test]
    public async Task What_standard_input_has_refused_stands_in_the_current_folder()
    {
        var target = await Target.NewAsync();
        var folder = _folder.CreateSubdirectory("current");
        var (status, result) = await target.ImportStandardInputAsync(Write("nothing"), folder);
        Assert.That((status, Counts(result)), Is.EqualTo((1, (0, 0, 1, 0))));
        Assert.That(folder.EnumerateFiles().Single().Name, Is.EqualTo("refused.ndjson"));
    }

    [Test]
    public async Task Calls_that_fail_on_their_way_are_made_again()
    {
        var target = await Target.NewAsync();
        await using var gateway = await Gateway.StartAsync(call => call switch
        {
            1 => Fate.Refused,
            2 => Fate.Lost,
            4 => Fate.AnswerLost,
            _ => Fate.Passes,
        });
        var (status, result) = await target.At(gateway.Url).ImportAsync(Write([.. Enumerable.Repeat(Signup, 50)]), "--batch-size", "10", "--in-flight", "2");
        using (Assert.EnterMultipleScope())
        {
            Assert.That((status, Counts(result)), Is.EqualTo((0, (40, 10, 0, 0))), "Ten were recorded already when they were sent again.");
            Assert.That(gateway.Calls, Is.EqualTo(8));
            Assert.That(await target.TotalAsync(), Is.EqualTo(50));
        }
    }

    [Test]
    public async Task Events_for_which_there_was_no_room_are_sent_again_alone()
    {
        var target = await Target.NewAsync();
        await using var service = await RunningService.ServeAsync(Service.ConnectionString, ("Recording__MaxWaiting", "20"));
        var (status, result) = await target.At(service.Url).ImportAsync(Write([.. Enumerable.Repeat(Signup, 500)]), "--batch-size", "250");
        Assert.That((status, Counts(result)), Is.EqualTo((0, (500, 0, 0, 0))), "None was sent again that was recorded.");
        Assert.That(await target.TotalAsync(), Is.EqualTo(500));
    }

    [Test]
    public async Task After_a_kill_the_next_import_finishes_with_each_event_once()
    {
        var target = await Target.NewAsync();
        var file = Write([.. Enumerable.Range(1, 100).Select(n => $$"""{"contactId":"ctc_{{n}}","eventTypeName":"signup.completed"}""")]);
        await using var gateway = await Gateway.StartAsync(call => call == 3 ? Fate.AnswerHeld : Fate.Passes);
        using (var import = target.At(gateway.Url).Start(file, "--batch-size", "10", "--in-flight", "1"))
        {
            await gateway.Held;
            import.Kill();
            await import.WaitForExitAsync();
        }

        Assert.That(await target.TotalAsync(), Is.EqualTo(30));
        var (status, result) = await target.ImportAsync(file);
        using (Assert.EnterMultipleScope())
        {
            Assert.That((status, Counts(result)), Is.EqualTo((0, (70, 30, 0, 0))));
            Assert.That((await target.EventsAsync()).Select(moment => (string)moment["contactId"]!), Is.EquivalentTo(Enumerable.Range(1, 100).Select(n => $"ctc_{n}")));
        }
    }

    [Test]
    public async Task An_interruption_ends_it_with_a_summary()
    {
        var target = await Target.NewAsync();
        await using var gateway = await Gateway.StartAsync(call => call == 3 ? Fate.AnswerHeld : Fate.Passes);
        using var import = target.At(gateway.Url).Start(Write([.. Enumerable.Repeat(Signup, 100)]), "--batch-size", "10", "--in-flight", "1");
        await gateway.Held;
        await InterruptAsync(import);
        var result = JsonNode.Parse(await import.StandardOutput.ReadToEndAsync())!;
        Assert.That((import.ExitCode, (int)result["recorded"]!, (int)result["unfinished"]!), Is.EqualTo((130, 20, 11)),
            "The batch that waited is unfinished, and the line that began the next one.");
    }

    [Test]
    public async Task An_interruption_also_ends_the_wait_for_standard_input()
    {
        var refused = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        using var import = (await Target.NewAsync()).Start("-", "--refused", refused);
        await import.StandardInput.WriteLineAsync("nothing");
        await import.StandardInput.FlushAsync();
        while (!File.Exists(refused)) // then it has read the line, and waits for the next
        {
            Assert.That(import.HasExited, Is.False);
            await Task.Delay(20);
        }

        await InterruptAsync(import);
        Assert.That(import.ExitCode, Is.EqualTo(130));
    }

    [Test]
    public async Task A_service_that_stays_away_is_given_up()
    {
        var target = await Target.NewAsync();
        await using var gateway = await Gateway.StartAsync(_ => Fate.Refused);
        var (status, result) = await target.At(gateway.Url).ImportAsync(Write(Signup, Signup, "nothing"), "--retry-for", "1");
        Assert.That((status, Counts(result)), Is.EqualTo((2, (0, 0, 1, 2))));
        Assert.That(gateway.Calls, Is.GreaterThan(1));
    }

    [Test]
    public async Task Without_time_to_retry_one_call_decides()
    {
        var target = await Target.NewAsync();
        await using var gateway = await Gateway.StartAsync(_ => Fate.Lost);
        Assert.That((await target.At(gateway.Url).ImportAsync(Write(Signup), "--retry-for", "0")).Status, Is.EqualTo(2));
        Assert.That(gateway.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_key_that_may_not_record_ends_it_at_the_first_call()
    {
        var target = await Target.NewAsync();
        var reader = target with { Key = await Service.NewKeyAsync(target.Workspace.Tenant, Role.Agent, [Scopes.EventList]) };
        var (status, result) = await reader.ImportAsync(Write(Signup));
        Assert.That((status, Counts(result)), Is.EqualTo((2, (0, 0, 0, 1))));
    }

    [Test]
    public async Task A_key_that_is_unknown_ends_it_and_is_not_shown()
    {
        var target = (await Target.NewAsync()) with { Key = ApiKeySecret.Generate().Reveal() };
        var (status, output) = await RunningService.ToolAsync(
            ["bash", "-c", "\"$0\" events import \"$1\" --url \"$2\" 2>&1", RunningService.Program, Write(Signup), target.Url], (KeyVariable, target.Key));
        Assert.That(status, Is.EqualTo(2));
        Assert.That(output, Does.Contain("401").And.Not.Contain(target.Key));
    }

    [Test]
    public async Task The_key_can_stand_in_a_file_or_be_the_demos()
    {
        var target = await Target.NewAsync();
        var data = _folder.CreateSubdirectory("data");
        var keyFile = Path.Combine(data.FullName, "demo-key");
        await File.WriteAllTextAsync(keyFile, target.Key + "\n");
        var file = Write(Signup);
        string[] command = [RunningService.Program, "events", "import", file, "--url", target.Url, "--json"];
        Assert.That((await RunningService.ToolAsync([.. command, "--data", data.FullName])).Status, Is.Zero);
        Assert.That((await RunningService.ToolAsync([.. command, "--key-file", keyFile], (KeyVariable, "no key"))).Status, Is.Zero);
        Assert.That((await RunningService.ToolAsync([.. command, "--data", data.FullName], (KeyVariable, "no key"))).Status, Is.EqualTo(2));
        Assert.That((await RunningService.ToolAsync([.. command, "--data", _folder.FullName])).Status, Is.EqualTo(2));
        Assert.That(await target.TotalAsync(), Is.EqualTo(1));
    }

    [Test]
    public async Task A_file_that_breaks_off_is_imported_up_to_there_and_is_not_finished()
    {
        var target = await Target.NewAsync();
        var compressed = await CompressAsync(Write([.. Enumerable.Range(1, 2_000).Select(n => Signup.Replace("ctc_1", $"ctc_{n * 7919 % 2000}", StringComparison.Ordinal))]));
        using (var stream = File.OpenWrite(compressed))
        {
            stream.SetLength(stream.Length * 3 / 4);
        }

        var (status, result) = await target.ImportAsync(compressed);
        var (recorded, _, refused, unfinished) = Counts(result);
        Assert.That((status, refused, unfinished), Is.EqualTo((2, 0, 0)));
        Assert.That(recorded, Is.InRange(1_000, 1_999));
    }

    [TestCase(false)]
    [TestCase(true)]
    public async Task Plain_text_behind_compressed_lines_is_told_and_not_dropped(bool throughStandardInput)
    {
        var target = await Target.NewAsync();
        var file = await CompressAsync(Write(Signup, Signup));
        await File.AppendAllTextAsync(file, Signup + "\n");
        string[] import = ["events", "import", throughStandardInput ? "-" : file, "--url", target.Url, "--json"];
        var (status, output, error) = await RunningService.SaidAsync(import, file, (KeyVariable, target.Key));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((status, Counts(JsonNode.Parse(output)!)), Is.EqualTo((2, (2, 0, 0, 0))));
            Assert.That((string)JsonNode.Parse(error.Split('\n')[0])!["detail"]!, Does.Contain("from line 3 on"));
            Assert.That(await target.TotalAsync(), Is.EqualTo(2));
        }
    }

    [Test]
    public async Task A_place_for_refused_lines_that_cannot_be_written_is_told_before_anything_is_sent()
    {
        var target = await Target.NewAsync();
        foreach (var place in new[] { _folder.FullName, Path.Combine(_folder.FullName, "no/such/folder/refused") })
        {
            Assert.That((await target.RunAsync(Write(Signup), "--refused", place)).Status, Is.EqualTo(2), place);
        }

        Assert.That(await target.TotalAsync(), Is.Zero);
    }

    [Test]
    public async Task Other_faults_that_end_it_have_the_same_status()
    {
        var target = await Target.NewAsync();
        var file = Write(Signup, "nothing");
        Assert.That((await target.RunAsync(Path.Combine(_folder.FullName, "missing"))).Status, Is.EqualTo(2));
        Assert.That((await target.RunAsync(_folder.FullName)).Status, Is.EqualTo(2));
        Assert.That((await target.RunAsync(file, "--refused", file)).Status, Is.EqualTo(2), "The events would be lost.");
        Assert.That((await target.RunAsync(file, "--refused", Path.Combine(_folder.FullName, "no/such/folder"))).Status, Is.EqualTo(2));
        Assert.That((await target.At(Service.Url + "elsewhere").RunAsync(file)).Status, Is.EqualTo(2));
        Assert.That(await File.ReadAllTextAsync(file), Does.StartWith(Signup));
        Assert.That(await target.TotalAsync(), Is.Zero);
    }

    [TestCase("--batch-size", "0")]
    [TestCase("--batch-size", "1001")]
    [TestCase("--in-flight", "0")]
    [TestCase("--url", "ftp://127.0.0.1")]
    public async Task Options_have_their_ranges(string option, string value) =>
        Assert.That((await RunningService.ToolAsync([RunningService.Program, "events", "import", "-", option, value])).Status, Is.EqualTo(2));

    [Test]
    public async Task Large_events_go_in_smaller_batches()
    {
        var target = await Target.NewAsync();
        await using var gateway = await Gateway.StartAsync(_ => Fate.Passes);
        var large = Signup.Replace("}", $$$""","payload":{"text":"{{{new string('x', 60_000)}}}"}}""", StringComparison.Ordinal);
        var (status, result) = await target.At(gateway.Url).ImportAsync(Write([.. Enumerable.Repeat(large, 150)]), "--batch-size", "1000");
        Assert.That((status, Counts(result)), Is.EqualTo((0, (150, 0, 0, 0))));
        Assert.That(gateway.LargestBody, Is.InRange(1024 * 1024, 2 * 1024 * 1024 + 70_000));
    }

    /// <summary>The process has 32 MB for objects, and the file is more than that.</summary>
    [Test]
    public async Task Memory_does_not_grow_with_the_file()
    {
        var target = await Target.NewAsync();
        var text = new string('x', 1_200);
        var file = Write([.. Enumerable.Range(1, 40_000).Select(n => $$$"""{"contactId":"ctc_{{{n % 50}}}","eventTypeName":"signup.completed","payload":{"text":"{{{text}}}"}}""")]);
        Assert.That(new FileInfo(file).Length, Is.GreaterThan(45_000_000));
        var (status, output) = await RunningService.ToolAsync([.. target.Command(file)], (KeyVariable, target.Key), ("DOTNET_GCHeapHardLimit", "0x2000000"));
        Assert.That((status, Counts(JsonNode.Parse(output)!)), Is.EqualTo((0, (40_000, 0, 0, 0))));
        Assert.That(await target.TotalAsync(), Is.EqualTo(40_000));
    }

    [Test]
    public async Task A_person_at_a_terminal_sees_how_far_it_is()
    {
        const string Script = "/usr/bin/script";
        if (!OperatingSystem.IsLinux() || !File.Exists(Script))
        {
            Assert.Ignore("There is no program here that makes a terminal.");
        }

        var target = await Target.NewAsync();
        var file = Write([.. Enumerable.Repeat(Signup, 100)]);
        string[] shown = [Script, "-qec", $"{RunningService.Program} events import {file} --url {target.Url}", "/dev/null"];
        Assert.That((await RunningService.ToolAsync(shown, (KeyVariable, target.Key))).Output, Does.Contain("100%").And.Contain("lines, ").And.Contain("100 events recorded"));
        shown[2] += " --json";
        Assert.That((await RunningService.ToolAsync(shown, (KeyVariable, target.Key))).Output, Does.Contain("\"recordedBefore\":100").And.Not.Contain("%"));
    }

    private static (int Recorded, int RecordedBefore, int Refused, int Unfinished) Counts(JsonNode result) =>
        ((int)result["recorded"]!, (int)result["recordedBefore"]!, (int)result["refused"]!, (int)result["unfinished"]!);

    private static async Task InterruptAsync(Process process)
    {
        await RunningService.ToolAsync(["kill", "-INT", $"{process.Id}"]);
        await process.WaitForExitAsync();
    }

    private string Write(params string[] lines)
    {
        var path = Path.Combine(_folder.FullName, Path.GetRandomFileName() + ".ndjson");
        File.WriteAllText(path, string.Join('\n', lines) + '\n', new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
        return path;
    }

    private static async Task<string> CompressAsync(string path)
    {
        await using var compressed = File.Create(path + ".gz");
        await using var gzip = new GZipStream(compressed, CompressionLevel.Fastest);
        await gzip.WriteAsync(await File.ReadAllBytesAsync(path));
        return compressed.Name;
    }

    /// <summary>Where events are imported to.</summary>
    private sealed record Target(Workspace Workspace, string Key, string Url)
    {
        public static async Task<Target> NewAsync()
        {
            var workspace = await Service.NewWorkspaceAsync();
            return new Target(workspace, await Service.NewKeyAsync(workspace.Tenant, Role.Agent, [Scopes.EventCreate]), Service.Url.ToString());
        }

        public Target At(string url) => this with { Url = url };

        public string[] Command(string file, params string[] more) => [RunningService.Program, "events", "import", file, "--url", Url, "--json", .. more];

        public Process Start(string file, params string[] more) => RunningService.Start(Command(file, more), [(KeyVariable, Key)]);

        public Task<(int Status, string Output)> RunAsync(string file, params string[] more) => RunningService.ToolAsync(Command(file, more), (KeyVariable, Key));

        public async Task<(int Status, JsonNode Result)> ImportAsync(string file, params string[] more)
        {
            var (status, output) = await RunAsync(file, more);
            return (status, JsonNode.Parse(output)!);
        }

        /// <summary>Imports what the file holds without naming it, from within a folder.</summary>
        public async Task<(int Status, JsonNode Result)> ImportStandardInputAsync(string file, DirectoryInfo folder)
        {
            var (status, output) = await RunningService.ToolAsync(["bash", "-c", "cd \"$0\" && \"${@:2}\" < \"$1\"", folder.FullName, file, .. Command("-")], (KeyVariable, Key));
            return (status, JsonNode.Parse(output)!);
        }

        public async Task<int> TotalAsync() => (int)(await Workspace.GetAsync("/v1/events?pageSize=1")).Json["totalSize"]!;

        public async Task<JsonNode[]> EventsAsync() => [.. (await Workspace.GetAsync("/v1/events?pageSize=200")).Json["events"]!.AsArray().Select(moment => moment!)];
    }
}
