using Flownally.Api.CommandLine;

namespace Flownally.Api.Quickstart;

/// <summary>What a person sees once the service answers: where it is and, in a demo, what to paste.</summary>
internal static class Greeting
{
    public static void Show(Terminal terminal, string url, DemoWorkspace? demo)
    {
        var docs = $"{url}/docs";
        terminal.Show(new { url, docs, demoKey = demo?.Key }, demo is null ? [$"Flownally answers at {url}", $"Documentation: {docs}"] : Demo(url, docs, demo));
    }

    private static IEnumerable<string> Demo(string url, string docs, DemoWorkspace demo)
    {
        var timeline = $"{url}/v1/contacts/{DemoWorkspace.Contact}/events";
        return
        [
            $"Flownally answers at {url}",
            $"Documentation: {docs}",
            $"Demo key: {demo.Key} (kept in {demo.KeyFile.FullName})",
            "",
            "Record a purchase:",
            $$$"""curl -s {{{timeline}}} -H 'Authorization: Bearer {{{demo.Key}}}' -H 'Content-Type: application/json' -d '{"eventTypeName":"{{{DemoWorkspace.EventTypeName}}}","payload":{"orderId":"A-1001","total":129.90,"currency":"EUR"}}'""",
            "",
            "Read the contact's timeline:",
            $"curl -s {timeline} -H 'Authorization: Bearer {demo.Key}'",
            "",
            "Ctrl-C stops it; what was answered with 201 is kept.",
        ];
    }
}
