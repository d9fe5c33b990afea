using System.Net;
using Flownally.Api.CommandLine;
using Flownally.Domain.Journeys;

namespace Flownally.Api.Demo;

/// <summary>The output after the start: the addresses and, in a demo, calls to try.</summary>
internal static class Greeting
{
    /// <param name="urls">The addresses of the service; one or more.</param>
    /// <param name="database">The location of the database.</param>
    /// <param name="receiver">The URL of the demo's webhook receiver; null without one.</param>
    public static void Show(Terminal terminal, IReadOnlyList<string> urls, string database, DemoTenant? demo, TargetUrl? receiver = null)
    {
        var url = BrowserUrl(urls[0]);
        var docs = $"{url}/docs";
        terminal.Show(new { url = urls[0], urls, database, docs, demoKey = demo?.Key, receiver },
        [
            $"Flownally answers at {string.Join(" and ", urls)}",
            $"Database: {database}",
            $"Documentation: {docs}",
            .. demo is null ? [] : Demo(url, demo, receiver),
        ]);
    }

    /// <summary>Replaces "all addresses", such as http://[::]:80, by localhost, because a browser cannot open it.</summary>
    private static string BrowserUrl(string url) =>
        Uri.TryCreate(url, UriKind.Absolute, out var uri) && IPAddress.TryParse(uri.Host, out var ip)
            && (ip.Equals(IPAddress.Any) || ip.Equals(IPAddress.IPv6Any))
            ? new UriBuilder(uri) { Host = "localhost" }.Uri.GetLeftPart(UriPartial.Authority)
            : url;

    private static IEnumerable<string> Demo(string url, DemoTenant demo, TargetUrl? receiver)
    {
        var timeline = $"{url}/v1/contacts/{DemoTenant.Contact}/events";
        const string purchase =
            $$$"""{"eventTypeName":"{{{DemoTenant.EventTypeName}}}","payload":{"orderId":"A-1001","total":129.90,"currency":"EUR"}}""";
        return
        [
            $"Demo key: {demo.Key} (kept in {demo.KeyFile.FullName})",
            "",
            receiver is null
                ? "Record a purchase:"
                : $"Record a purchase; the journey \"{DemoJourney.Name}\" sends a webhook to {receiver}, which is printed below:",
            $"curl -s {timeline} -H 'Authorization: Bearer {demo.Key}' -H 'Content-Type: application/json' -d '{purchase}'",
            "",
            "Read the contact's timeline:",
            $"curl -s {timeline} -H 'Authorization: Bearer {demo.Key}'",
            "",
            "Ctrl-C stops the service. All events with the response 201 are stored.",
        ];
    }
}
