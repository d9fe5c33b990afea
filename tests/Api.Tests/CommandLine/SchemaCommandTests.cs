using System.Text.Json.Nodes;

namespace Flownally.Api.Tests.CommandLine;

public sealed class SchemaCommandTests
{
    private const string Old = """{"type":"object","properties":{"total":{"type":"integer","maximum":10}}}""";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flownally-schema-");

    [OneTimeTearDown]
    public void CleanUp() => _folder.Delete(recursive: true);

    [Test]
    public async Task A_change_that_nothing_can_break_is_proved()
    {
        var (status, output) = await CheckAsync("""{"type":"object","properties":{"total":{"type":"number"}}}""");
        Assert.That((status, output), Is.EqualTo((0, """{"compatible":true,"by":"proof"}""")));
    }

    [Test]
    public async Task What_was_not_proved_is_named()
    {
        var (status, output) = await CheckAsync("""{"type":"object","properties":{"total":{"type":"integer","maximum":5}}}""");
        Assert.That(status, Is.EqualTo(1));
        Assert.That((string)JsonNode.Parse(output)!["unproved"]![0]!["pointer"]!, Is.EqualTo("/properties/total/maximum"));
    }

    [TestCase("{\"total\":5}\n", 0)]
    [TestCase("{\"total\":5}\n\n{\"total\":6}\n", 1)]
    [TestCase("nothing\n", 2)]
    [TestCase("[1]\n", 2)]
    [TestCase("{\"total\":\"\\ud800\"}\n", 2)]
    [TestCase("{\"total\":1,\"total\":2}\n", 2)]
    [TestCase("{\"total\":1e1001}\n", 2)]
    public async Task Given_events_decide(string events, int expected)
    {
        var (status, output) = await CheckAsync("""{"type":"object","properties":{"total":{"type":"integer","maximum":5}}}""", events);
        Assert.That(status, Is.EqualTo(expected));
        if (expected == 1)
        {
            var rule = JsonNode.Parse(output)!["incompatibilities"]![0]!;
            Assert.That(((string)rule["pointer"]!, (int)rule["eventCount"]!, (int)rule["lines"]![0]!), Is.EqualTo(("/properties/total/maximum", 1, 3)));
        }
    }

    [TestCase("")]
    [TestCase("{")]
    [TestCase("""{"title":"\ud800"}""", Description = "half a surrogate")]
    [TestCase("""{"\udc00":1}""")]
    [TestCase("""{"type":"object","type":"string"}""")]
    [TestCase("""{"type":"strng"}""")]
    public async Task A_file_that_is_no_schema_is_told_apart(string changed) => Assert.That((await CheckAsync(changed)).Status, Is.EqualTo(2));

    [TestCase("missing.json")]
    [TestCase("no/folder/missing.json")]
    [TestCase(".")]
    public async Task A_file_that_is_missing_or_a_folder_is_told_in_a_sentence(string name)
    {
        var path = Path.Combine(_folder.FullName, name);
        var good = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        await File.WriteAllTextAsync(good, Old);
        foreach (var files in new string[][] { [path, good], [good, path], [good, Strict(good), "--events", path], [good, good, "--events", path] })
        {
            var (status, output, error) = await RunningService.SaidAsync(["schema", "check", .. files]);
            Assert.That((status, output), Is.EqualTo((2, "")), string.Join(' ', files));
            Assert.That(error, Does.Match(@"^.+ (does not exist|is a folder, not a file)\.$"));
        }
    }

    /// <summary>A schema that payloads have to decide.</summary>
    private static string Strict(string beside)
    {
        File.WriteAllText(beside + ".strict", """{"type":"object","properties":{"total":{"type":"integer","maximum":5}}}""");
        return beside + ".strict";
    }

    private async Task<(int Status, string Output)> CheckAsync(string changed, string? events = null)
    {
        var id = Path.GetRandomFileName();
        var (oldFile, newFile, eventsFile) = (Path.Combine(_folder.FullName, $"{id}-old.json"), Path.Combine(_folder.FullName, $"{id}-new.json"), Path.Combine(_folder.FullName, $"{id}.ndjson"));
        await File.WriteAllTextAsync(oldFile, Old);
        await File.WriteAllTextAsync(newFile, changed);
        await File.WriteAllTextAsync(eventsFile, events ?? "");
        string[] more = events is null ? [] : ["--events", eventsFile];
        return await RunningService.ToolAsync([RunningService.Program, "schema", "check", oldFile, newFile, "--json", .. more]);
    }
}
