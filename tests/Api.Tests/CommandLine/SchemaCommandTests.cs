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

    [TestCase("{")]
    [TestCase("""{"type":"strng"}""")]
    public async Task A_file_that_is_no_schema_is_told_apart(string changed) => Assert.That((await CheckAsync(changed)).Status, Is.EqualTo(2));

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
