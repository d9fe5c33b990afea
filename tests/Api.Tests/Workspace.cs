using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Flownally.Api.Tests.Http.OpenApi;
using Flownally.Domain.Tenants;

namespace Flownally.Api.Tests;

/// <summary>A tenant, and a caller with a key to it.</summary>
/// <param name="url">The process to call; null for the shared one.</param>
public sealed class Workspace(TenantId tenant, string key, Uri? url = null)
{
    private static readonly HttpClient Http = new();

    public TenantId Tenant { get; } = tenant;

    public string Key => key;

    public Workspace WithKey(string other) => new(Tenant, other, url);

    /// <summary>The same workspace through another process.</summary>
    public Workspace At(string other) => new(Tenant, key, new Uri(other));

    public Task<Answer> GetAsync(string path) => SendAsync(new HttpRequestMessage(HttpMethod.Get, path));

    public Task<Answer> RecordAsync(string contact, string json, string? headerKey = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"/v1/contacts/{contact}/events")
        {
            Content = new StringContent(json, Encoding.UTF8, "application/json"),
        };
        if (headerKey is not null)
        {
            request.Headers.TryAddWithoutValidation("Idempotency-Key", headerKey);
        }

        return SendAsync(request);
    }

    public Task<Answer> PostAsync(string path, string json) => SendAsync(HttpMethod.Post, path, json);

    public Task<Answer> PatchAsync(string path, string json, string? ifMatch = null, string mediaType = "application/json") =>
        SendAsync(HttpMethod.Patch, path, json, ifMatch, mediaType);

    public Task<Answer> DeleteAsync(string path, string? ifMatch = null) => SendAsync(HttpMethod.Delete, path, null, ifMatch);

    /// <summary>Records an event of a type without a schema and expects that it is taken.</summary>
    public async Task<JsonNode> RecordedAsync(string contact, string more = "")
    {
        var answer = await RecordAsync(contact, $$"""{"eventTypeName":"signup.completed"{{more}}}""");
        Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
        return answer.Json;
    }

    private Task<Answer> SendAsync(HttpMethod method, string path, string? json, string? ifMatch = null, string mediaType = "application/json")
    {
        var request = new HttpRequestMessage(method, path);
        if (json is not null)
        {
            request.Content = new StringContent(json, Encoding.UTF8, mediaType);
        }

        if (ifMatch is not null)
        {
            request.Headers.TryAddWithoutValidation("If-Match", ifMatch);
        }

        return SendAsync(request);
    }

    /// <summary>Sends a request and does not wait for the end of the answer.</summary>
    public Task<HttpResponseMessage> OpenAsync(HttpRequestMessage request)
    {
        request.RequestUri = new Uri(url ?? Service.Url, request.RequestUri!.OriginalString);
        request.Headers.Authorization ??= new AuthenticationHeaderValue("Bearer", key);
        return Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    /// <summary>Sends a request. Whatever comes back must stand in the contract.</summary>
    public async Task<Answer> SendAsync(HttpRequestMessage request)
    {
        using var response = await OpenAsync(request);
        var answer = new Answer((int)response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsStringAsync());
        Assert.That(Contract.Faults(request.Method, request.RequestUri!.AbsolutePath, answer), Is.Empty, $"{request.Method} {request.RequestUri.AbsolutePath} and docs/openapi.json");
        return answer;
    }
}

/// <summary>What came back.</summary>
public sealed record Answer(int Status, HttpResponseHeaders Headers, HttpContentHeaders ContentHeaders, string Text)
{
    public JsonNode Json => JsonNode.Parse(Text)!;

    public string Code => (string)Json["code"]!;

    /// <returns>Null where the answer does not have it.</returns>
    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    /// <summary>The places that a refusal names.</summary>
    public string[] Fields => [.. Json["errors"]!.AsArray().Select(fault => (string)fault!["field"]!)];
}
