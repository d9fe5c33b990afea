using System.Globalization;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Flownally.Api.CommandLine;
using Flownally.Api.Http.Edge;
using Flownally.Api.Http.Json;
using Flownally.Domain.Journeys;

namespace Flownally.Api.Demo;

/// <summary>An example of a webhook receiver: it listens on its own port and prints webhooks with a valid signature.</summary>
internal sealed class DemoReceiver : IAsyncDisposable
{
    private const long MaxBodyBytes = 1024 * 1024;
    private const int SecretBytes = 32;

    /// <summary>One journey needs at most ten, and the process has a limit of open files.</summary>
    private const int MaxConnections = 64;

    /// <summary>The largest age of a webhook, which limits replays of intercepted webhooks (Standard Webhooks 1.0).</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMinutes(5);

    private readonly WebhookSecret _secret =
        WebhookSecret.Parse(WebhookSecret.Prefix + Convert.ToBase64String(RandomNumberGenerator.GetBytes(SecretBytes)));
    private readonly Terminal _terminal;
    private readonly WebApplication _app;

    private DemoReceiver(Terminal terminal)
    {
        _terminal = terminal;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace).SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.UseKestrelCore().ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = MaxBodyBytes;
            server.Listen(IPAddress.Loopback, port: 0);
        });
        builder.Services.LimitConnections(services => new ConnectionLimit(
            MaxConnections, TimeProvider.System, services.GetRequiredService<ILogger<ConnectionLimit>>()));
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    /// <summary>The receiver's URL and a new secret for each start.</summary>
    public JourneyTarget Target => new(TargetUrl.Parse(_app.Urls.Single()), _secret);

    public static async Task<DemoReceiver> StartAsync(Terminal terminal, CancellationToken cancellationToken)
    {
        var receiver = new DemoReceiver(terminal);
        await receiver._app.StartAsync(cancellationToken);
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext http)
    {
        using var stream = new MemoryStream();
        await http.Request.Body.CopyToAsync(stream, http.RequestAborted);
        var body = stream.ToArray();
        var signed = IsSigned(http.Request.Headers, body);
        http.Response.StatusCode = signed ? StatusCodes.Status204NoContent : StatusCodes.Status401Unauthorized;
        if (signed)
        {
            Show(JsonElement.Parse(body));
        }
    }

    /// <summary>A sender that changes its secret sends several signatures; one must be valid.</summary>
    private bool IsSigned(IHeaderDictionary headers, byte[] body)
    {
        if (!long.TryParse(headers["webhook-timestamp"], NumberStyles.None, CultureInfo.InvariantCulture, out var timestamp)
            || Math.Abs(TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - timestamp) > Tolerance.TotalSeconds)
        {
            return false;
        }

        var expected = Encoding.UTF8.GetBytes(_secret.Sign(headers["webhook-id"].ToString(), timestamp, body));
        return headers["webhook-signature"].ToString().Split(' ')
            .Any(signature => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(signature), expected));
    }

    private void Show(JsonElement webhook)
    {
        var data = webhook.GetProperty("data");
        var entered = data.GetProperty("event");
        _terminal.Show(webhook, $"Webhook {data.GetProperty("entry").GetProperty("id")}: {entered.GetProperty("contactId")} entered "
            + $"{Json(data.GetProperty("journey").GetProperty("name"))} with {entered.GetProperty("eventTypeName")} "
            + Json(entered.GetProperty("payload")));
    }

    /// <summary>Writes one line without control characters, which a terminal would interpret.</summary>
    private static string Json(JsonElement value) => JsonSerializer.Serialize(value, ApiJson.Options);
}
