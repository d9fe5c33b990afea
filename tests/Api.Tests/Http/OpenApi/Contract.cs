using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Flownally.Api.Tests.CommandLine;

namespace Flownally.Api.Tests.Http.OpenApi;

/// <summary>
/// Holds every answer of the tests to <c>docs/openapi.json</c>: its status, content type and headers are declared for the operation, and its
/// body has the members that the schema requires and none that the schema does not know.
/// </summary>
internal static class Contract
{
    /// <summary>What an answer may have on its way, whatever the operation.</summary>
    private static readonly HashSet<string> HeadersOfAll = new(StringComparer.OrdinalIgnoreCase)
    {
        "Cache-Control", "Connection", "Content-Encoding", "Content-Length", "Content-Security-Policy", "Content-Type", "Cross-Origin-Resource-Policy",
        "Date", "Expires", "Pragma", "Referrer-Policy", "Transfer-Encoding", "Vary", "X-Accel-Buffering", "X-Content-Type-Options",
    };

    private static readonly JsonNode Document = JsonNode.Parse(File.ReadAllText(Path.Combine(RunningService.Root.FullName, "docs/openapi.json")))!;

    /// <summary>The more is said of a path, the earlier it is tried: <c>/v1/events/feed</c> is no event's id.</summary>
    private static readonly (Regex Pattern, JsonObject Operations)[] Paths = [.. Document["paths"]!.AsObject()
        .OrderBy(path => path.Key.Count(character => character == '{'))
        .Select(path => (new Regex($"^{Regex.Replace(path.Key, @"\{[^}]*\}", "[^/]+")}$"), path.Value!.AsObject()))];

    /// <summary>All that there are. A path has its parameters in braces.</summary>
    public static IEnumerable<(HttpMethod Method, string Path)> Operations => Access.Select(access => (access.Method, access.Path));

    /// <summary>Who may call each operation.</summary>
    public static IEnumerable<(string OperationId, HttpMethod Method, string Path, string Scope, string[] Roles)> Access =>
        from path in Document["paths"]!.AsObject()
        from operation in path.Value!.AsObject()
        let declared = operation.Value!
        select ((string)declared["operationId"]!, HttpMethod.Parse(operation.Key), path.Key, (string)declared["x-required-scope"]!,
            declared["x-allowed-roles"]!.AsArray().Select(role => (string)role!).ToArray());

    /// <returns>What the contract does not say of an answer.</returns>
    public static IReadOnlyList<string> Faults(HttpMethod method, string path, Answer answer)
    {
        if (Operation(method, path) is not { } operation)
        {
            if (answer.Status < 400 && path.StartsWith("/v1/", StringComparison.Ordinal))
            {
                return [$"{method} {path} is not declared; update docs/openapi.json"];
            }

            return answer.Status < 400 || method == HttpMethod.Head ? [] : Faults(answer, Document["components"]!["schemas"]!["ProblemDetails"]!, "application/problem+json");
        }

        if (operation["responses"]![answer.Status.ToString(CultureInfo.InvariantCulture)] is not { } declared)
        {
            return [$"the status {answer.Status} is not declared"];
        }

        var headers = declared["headers"]?.AsObject();
        IEnumerable<string> faults = answer.Headers.Select(header => header.Key).Where(name => !HeadersOfAll.Contains(name) && headers?.ContainsKey(name) != true)
            .Select(name => $"the header {name} of {answer.Status} is not declared");
        if (method == HttpMethod.Head)
        {
            return [.. faults];
        }

        if (declared["content"] is not { } content)
        {
            return [.. faults, .. answer.Text.Length > 0 ? [$"a body of {answer.Status} is not declared"] : Array.Empty<string>()];
        }

        var type = answer.ContentHeaders.ContentType?.MediaType ?? "none";
        return content[type]?["schema"] is { } schema
            ? [.. faults, .. Faults(answer, schema, type)]
            : [.. faults, $"the content type {type} of {answer.Status} is not declared"];
    }

    private static JsonNode? Operation(HttpMethod method, string path)
    {
        var name = (method == HttpMethod.Head ? HttpMethod.Get : method).Method.ToLowerInvariant();
        return Paths.Where(known => known.Pattern.IsMatch(path)).Select(known => known.Operations[name]).FirstOrDefault(operation => operation is not null);
    }

    private static List<string> Faults(Answer answer, JsonNode schema, string mediaType)
    {
        if (answer.ContentHeaders.ContentType?.MediaType != mediaType)
        {
            return [$"{answer.Status} is {answer.ContentHeaders.ContentType}, not {mediaType}"];
        }

        List<string> faults = [];
        if (mediaType.EndsWith("json", StringComparison.Ordinal))
        {
            Check(answer.Json, schema, "", faults);
        }

        return faults;
    }

    private static void Check(JsonNode? value, JsonNode schema, string place, List<string> faults)
    {
        if (((string?)schema["$ref"] ?? (string?)schema["oneOf"]?[0]?["$ref"]) is { } reference)
        {
            Check(value, Document["components"]!["schemas"]![reference.Split('/')[^1]]!, place, faults);
            return;
        }

        if (!Is(value, (string?)schema["type"]))
        {
            faults.Add($"{place} is no {schema["type"]}: {value?.ToJsonString() ?? "null"}");
        }
        else if (schema["enum"] is JsonArray names && !names.Any(name => (string?)name == (string?)value))
        {
            faults.Add($"{place} is none of {names.ToJsonString()}: {value}");
        }
        else if (value is JsonObject json && schema["properties"] is JsonObject members)
        {
            faults.AddRange((schema["required"]?.AsArray() ?? []).Select(name => (string)name!).Where(name => !json.ContainsKey(name)).Select(name => $"{place}/{name} is missing"));
            faults.AddRange(json.Select(member => member.Key).Where(name => !members.ContainsKey(name)).Select(name => $"{place}/{name} is not declared"));
            foreach (var (name, member) in json.Where(member => members.ContainsKey(member.Key)))
            {
                Check(member, members[name]!, $"{place}/{name}", faults);
            }
        }
        else if (value is JsonArray list && list.Count > 0)
        {
            Check(list[0], schema["items"]!, $"{place}/0", faults); // the others are made by the same code
            Check(list[^1], schema["items"]!, $"{place}/{list.Count - 1}", faults);
        }
    }

    private static bool Is(JsonNode? value, string? type) => type switch
    {
        null => true,
        "integer" or "number" => value?.GetValueKind() == System.Text.Json.JsonValueKind.Number,
        "boolean" => value?.GetValueKind() is System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False,
        "string" => value?.GetValueKind() == System.Text.Json.JsonValueKind.String,
        "array" => value is JsonArray,
        _ => value is JsonObject,
    };
}
