using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using Flownally.Api.Http.Json;

namespace Flownally.Api.Http.Problems;

/// <summary>The documentation of a problem, as JSON and as HTML.</summary>
internal static partial class ProblemPage
{
    private static readonly JsonSerializerOptions Indented = new(ApiJson.Options) { WriteIndented = true };

    public static object Describe(ProblemType type) => new
    {
        type.Code,
        Type = type.Address,
        type.Title,
        type.Status,
        type.Meaning,
        Mend = type.Fix,
        Example = type.ExampleResponse,
    };

    public static string List() => Layout("Problems", $"""
        <p>Every error response is <code>{Problem.ContentType}</code> (RFC 9457). Its <code>code</code> never changes.</p>
        <table>
        {string.Join('\n', ProblemCatalog.All.Select(type =>
            $"<tr><td>{type.Status}</td><td><a href=\"{type.Address}\"><code>{type.Code}</code></a></td><td>{Text(type.Title)}</td></tr>"))}
        </table>
        """);

    public static string Of(ProblemType type) => Layout(type.Title, $"""
        <p><code>{type.Code}</code>, status {type.Status}</p>
        <h2>What it means</h2>
        <p>{Text(type.Meaning)}</p>
        <h2>How to fix it</h2>
        <p>{Text(type.Fix)}</p>
        <h2>Example</h2>
        <pre>{WebUtility.HtmlEncode(JsonSerializer.Serialize(type.ExampleResponse, Indented))}</pre>
        <p><a href="/problems">All problems</a> · <a href="/docs">Documentation</a></p>
        """);

    private static string Layout(string title, string body) => $$"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width">
        <title>{{WebUtility.HtmlEncode(title)}}</title>
        <style>
        :root { color-scheme: light dark; }
        body { font: 1rem/1.5 system-ui, sans-serif; max-width: 46rem; margin: 3rem auto; padding: 0 1rem; }
        h1 { font-size: 1.6rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
        code, pre { font-family: ui-monospace, monospace; font-size: .9rem; }
        pre { overflow: auto; padding: 1rem; border: 1px solid #8886; border-radius: .4rem; }
        td { padding: .2rem 1rem .2rem 0; vertical-align: top; }
        </style>
        </head>
        <body>
        <h1>{{WebUtility.HtmlEncode(title)}}</h1>
        {{body}}
        </body>
        </html>

        """;

    /// <summary>Converts backticks to code elements.</summary>
    private static string Text(string text) => Code().Replace(WebUtility.HtmlEncode(text), "<code>$1</code>");

    [GeneratedRegex("`([^`]*)`")]
    private static partial Regex Code();
}
