using System.Net.Http.Headers;

namespace Flownally.Client;

/// <summary>Where the service is, and who calls it.</summary>
public sealed class FlownallyClientOptions
{
    /// <summary>Such as <c>https://events.example.com/</c>.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>A key (<c>fln_live_…</c>) with the scopes for what you call.</summary>
    public string? ApiKey { get; set; }

    /// <exception cref="ArgumentException">An option is missing.</exception>
    internal void ApplyTo(HttpClient http)
    {
        http.BaseAddress = BaseAddress ?? throw new ArgumentException("BaseAddress is where the service is.");
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer",
            ApiKey ?? throw new ArgumentException("ApiKey is a key of the service: fln_live_…."));
    }
}
