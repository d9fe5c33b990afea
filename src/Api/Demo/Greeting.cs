using System.Net;
using Flownally.Api.CommandLine;
using Flownally.Domain.Journeys;

namespace Flownally.Api.Demo;

/// <summary>What a person sees once the service answers: where it is and, in a demo, what to paste.</summary>
internal static class Greeting
{
    /// <param name="urls">All addresses at which the service answers; one or more.</param>
    /// <param name="database">Where the database is.</param>
    /// <param name="receiver">Where the demo's journey sends webhooks, to be shown below; null where it sends none.</param>
    public static void Show(Terminal terminal, IReadOnlyList<string> urls, string database, DemoWorkspace? demo, TargetUrl? receiver = null)
    {
        var url = Reachable(urls[0]);
        var docs = $"{url}/docs";
        terminal.Show(new { url = urls[0], urls, database, docs, demoKey = demo?.Key, receiver },
        [
            $"Flownally answers at {string.Join(" and ", urls)}",
            $"Database: {database}",
            $"Documentation: {docs}",
            .. demo is null ? [] : Demo(url, demo, receiver),
        ]);
    }

    /// <summary>For a person on this machine: all of its addresses, such as http://[::]:80, are no address to open.</summary>
    private static string Reachable(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && IPAddress.TryParse(uri.Host, out var ip)
            && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
            ? new UriBuilder(uri) { Host = "localhost" }.Uri.GetLeftPart(UriPartial.Authority)
            : url;

    private static IEnumerable<string> Demo(string url, DemoWorkspace demo, TargetUrl? receiver)
    {
        var timeline = $"{url}/v1/contacts/{DemoWorkspace.Contact}/events";
        return
        [
            $"Demo key: {demo.Key} (kept in {demo.KeyFile.FullName})",
            "",
            receiver is null ? "Record a purchase:" : $"Record a purchase; a moment later the journey \"{DemoJourney.Name}\" tells {receiver} of it, and that is shown below:",
            $$$"""curl -s {{{timeline}}} -H 'Authorization: Bearer {{{demo.Key}}}' -H 'Content-Type: application/json' -d '{"eventTypeName":"{{{DemoWorkspace.EventTypeName}}}","payload":{"orderId":"A-1001","total":129.90,"currency":"EUR"}}'""",
            "",
            "Read the contact's timeline:",
            $"curl -s {timeline} -H 'Authorization: Bearer {demo.Key}'",
            "",
            "Ctrl-C stops it; what was answered with 201 is kept.",
        ];
    }
}
