namespace Flownally.Client;

/// <summary>
/// The service's operations, each as the contract has it, and what makes them handy: recording that can be repeated
/// safely, payloads as types of your own, lists without page tokens, and the feed as a loop. Safe for use by several threads.
/// </summary>
public partial class FlownallyClient
{
    private readonly HttpClient _http;

    /// <summary>A client that makes its calls by an <see cref="HttpClient"/> of your own: without retries, unless that has them.</summary>
    /// <param name="http">
    /// Its base address is that of the service, with or without a slash at its end. Its default headers carry the key. Let its handler
    /// follow no redirects: it drops the key then, and the call ends with a <see cref="FlownallyException"/>.
    /// </param>
    /// <exception cref="ArgumentException">The base address is missing.</exception>
    public FlownallyClient(HttpClient http)
    {
        ArgumentNullException.ThrowIfNull(http);
        _http = http.BaseAddress is null ? throw new ArgumentException("BaseAddress is where the service is.", nameof(http)) : http;
    }

    /// <summary>
    /// A client with a connection pool of its own. It retries what failed for no fault of the call. Keep it; it is meant to live long.
    /// </summary>
    /// <param name="baseAddress">What stands before <c>v1</c>, such as <c>https://events.example.com/</c>.</param>
    /// <exception cref="ArgumentException">The address is not one of HTTP, or the key has characters that a header cannot carry.</exception>
    public static FlownallyClient Create(Uri baseAddress, string apiKey)
    {
        var network = new SocketsHttpHandler();
        Configure(network);
        var http = new HttpClient(Retries.NewHandler(network));
        new FlownallyClientOptions { BaseAddress = baseAddress, ApiKey = apiKey }.ApplyTo(http);
        return new FlownallyClient(http);
    }

    internal static void Configure(SocketsHttpHandler network)
    {
        network.PooledConnectionLifetime = TimeSpan.FromMinutes(5); // a client that lives long sees changes of DNS
        network.AllowAutoRedirect = false; // it drops the key and turns POST into GET
    }
}
