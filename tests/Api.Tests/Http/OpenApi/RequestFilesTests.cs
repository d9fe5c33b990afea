using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Flownally.Api.Tests.CommandLine;
using Flownally.Api.Tests.Journeys;
using NSwag;

namespace Flownally.Api.Tests.Http.OpenApi;

/// <summary>Runs <c>docs/requests/*.http</c> as an editor does.</summary>
public sealed partial class RequestFilesTests
{
    private static readonly string Folder = Path.Combine(RunningService.Root.FullName, "docs/requests");

    private static IEnumerable<string> Files => Directory.EnumerateFiles(Folder, "*.http").Select(file => Path.GetFileNameWithoutExtension(file)!);

    [Test]
    public async Task There_is_one_for_each_operation()
    {
        var document = await OpenApiDocument.FromFileAsync(Path.Combine(RunningService.Root.FullName, "docs/openapi.json"));
        Assert.That(Files, Is.EquivalentTo(document.Operations.Select(operation => operation.Operation.OperationId)));
    }

    [TestCaseSource(nameof(Files))]
    public async Task Each_works(string name)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var text = (await File.ReadAllTextAsync(Path.Combine(Folder, name + ".http"))).ReplaceLineEndings("\n");
        var answers = new Dictionary<string, JsonNode>();
        var requests = text.Split("\n###").Skip(1).ToList();
        Assert.That(requests, Is.Not.Empty);
        foreach (var request in requests)
        {
            var lines = request.Split('\n').Skip(1).ToList();
            var call = lines.First(line => Call().IsMatch(line));
            var headers = lines.SkipWhile(line => line != call).Skip(1).TakeWhile(line => line.Length > 0).Select(line => line.Split(": ", 2));
            var body = string.Join('\n', lines.SkipWhile(line => line != call).SkipWhile(line => line.Length > 0)).Trim();
            using var message = new HttpRequestMessage(HttpMethod.Parse(call.Split(' ')[0]), Fill(call.Split(' ')[1], answers));
            if (body.Length > 0)
            {
                message.Content = new StringContent(Fill(body, answers), Encoding.UTF8);
            }

            foreach (var header in headers.Where(header => header[0] != "Authorization"))
            {
                if (header[0] == "Content-Type")
                {
                    message.Content!.Headers.ContentType = MediaTypeHeaderValue.Parse(header[1]);
                }
                else
                {
                    message.Headers.TryAddWithoutValidation(header[0], header[1]);
                }
            }

            if (EntriesOf().Match(message.RequestUri!.OriginalString) is { Success: true } entries)
            {
                await StoredJourneys.EnterAsync(workspace.Tenant, entries.Groups[1].Value, once: false); // or the file would have nothing to show
            }

            var answer = await workspace.SendAsync(message);
            Assert.That(answer.Status, Is.InRange(200, 204), $"{call}\n{answer.Text}");
            if (lines.Select(line => Named().Match(line)).FirstOrDefault(match => match.Success) is { } named)
            {
                answers[named.Groups[1].Value] = answer.Json;
            }
        }
    }

    /// <summary>Fills in the host, and members of earlier answers.</summary>
    private static string Fill(string text, Dictionary<string, JsonNode> answers) => Variable().Replace(text.Replace("{{host}}", "", StringComparison.Ordinal),
        match => (string)match.Groups[2].Value.Split(['.', '[', ']'], StringSplitOptions.RemoveEmptyEntries)
            .Aggregate(answers[match.Groups[1].Value], (node, step) => int.TryParse(step, out var index) ? node[index]! : node[step]!)!);

    [GeneratedRegex("^(GET|POST|PATCH|DELETE) ")]
    private static partial Regex Call();

    [GeneratedRegex("^# @name ([a-z]+)$")]
    private static partial Regex Named();

    [GeneratedRegex(@"^/v1/journeys/([^/]+)/entries(\?|$)")]
    private static partial Regex EntriesOf();

    [GeneratedRegex(@"\{\{([a-z]+)\.response\.body\.\$\.([a-zA-Z0-9.\[\]]+)\}\}")]
    private static partial Regex Variable();
}
