using System.Net.Http.Headers;

namespace Flownally.Client;

/// <summary>Where the service is, and who calls it.</summary>
public sealed class FlownallyClientOptions
{
    /// <summary>What stands before <c>v1</c>, such as <c>https://events.example.com/</c> or <c>https://example.com/flownally</c>.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>A key (<c>fln_live_…</c>) with the scopes for what you call.</summary>
    public string? ApiKey { get; set; }

    /// <exception cref="ArgumentException">An option is missing or malformed.</exception>
    internal void ApplyTo(HttpClient http)
    {
        http.BaseAddress = BaseAddress is { IsAbsoluteUri: true, Scheme: "http" or "https" }
            ? BaseAddress
            : throw new ArgumentException("BaseAddress is where the service is: https://….");
        http.DefaultRequestHeaders.Authorization = ApiKey is { Length: > 0 } && !ApiKey.AsSpan().ContainsAnyExceptInRange('!', '~')
            ? new AuthenticationHeaderValue("Bearer", ApiKey)
            : throw new ArgumentException("ApiKey is a key of the service, fln_live_…, without spaces or line breaks.");
    }
}
