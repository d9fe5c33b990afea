using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Flownally.Application.Journeys.Delivery;
using Flownally.Domain.Journeys;
using Flownally.Infrastructure.Journeys;
using Microsoft.Extensions.Options;

namespace Flownally.Infrastructure.Webhooks;

/// <summary>
/// Sends webhooks to untrusted receivers, which choose the host and the response. One handler lives as long as the process: connections are
/// renewed to follow DNS changes, so a client factory, which renews handlers, is not needed.
/// </summary>
internal sealed class WebhookSender(SocketsHttpHandler handler, TimeSpan timeout, TimeProvider clock) : IWebhookSender, IDisposable
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly HttpMessageInvoker _http = new(handler);

    public WebhookSender(IOptions<JourneyOptions> options, TimeProvider clock)
        : this(NewHandler(options.Value.Allows, Dns.GetHostAddressesAsync), Timeout, clock)
    {
    }

    /// <summary>The limits of a connection, and the features that are off for receivers.</summary>
    public static SocketsHttpHandler NewHandler(
        Func<IPAddress, int, bool> allows, Func<string, CancellationToken, Task<IPAddress[]>> resolve) => new()
        {
            ConnectCallback = new CheckedConnector(allows, resolve).ConnectAsync,
            ConnectTimeout = TimeSpan.FromSeconds(5),
            PooledConnectionLifetime = TimeSpan.FromMinutes(2), // an open connection keeps its checked address
            MaxConnectionsPerServer = DeliveryLimits.MaxInFlight, // no tenant waits for another tenant's calls to the same host
            MaxResponseHeadersLength = 16, // KiB
            MaxResponseDrainSize = 64 * 1024, // the response body is not read; a longer one closes the connection
            ResponseDrainTimeout = TimeSpan.FromSeconds(2),
            AllowAutoRedirect = false,
            UseProxy = false, // a proxy would resolve the name again
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            ActivityHeadersPropagator = null, // receivers get no trace ids
            SslOptions =
        {
            // A certificate may contain the URL of its issuer's certificate; downloading that would bypass the address check.
            CertificateChainPolicy = new() { DisableCertificateDownloads = true, RevocationMode = X509RevocationMode.NoCheck },
        },
        };

    public async Task<WebhookOutcome> SendAsync(WebhookRequest request, CancellationToken cancellationToken)
    {
        if (request.Url is not { IsAbsoluteUri: true, Scheme: "http" or "https" })
        {
            return new WebhookOutcome.Failed(DeliveryError.NotPublic);
        }

        using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        attempt.CancelAfter(timeout);
        try
        {
            using var message = Sign(request);
            using var response = await _http.SendAsync(message, attempt.Token); // returns after the headers
            return OutcomeOf(response);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookOutcome.Failed(DeliveryError.Timeout);
        }
        catch (HttpRequestException exception)
        {
            return new WebhookOutcome.Failed(ErrorOf(exception));
        }
    }

    public void Dispose() => _http.Dispose();

    private HttpRequestMessage Sign(WebhookRequest request)
    {
        var timestamp = clock.GetUtcNow().ToUnixTimeSeconds();
        return new HttpRequestMessage(HttpMethod.Post, request.Url)
        {
            Headers =
            {
                { "User-Agent", "Flownally" },
                { "webhook-id", request.Id },
                { "webhook-timestamp", timestamp.ToString(CultureInfo.InvariantCulture) },
                { "webhook-signature", request.Secret.Sign(request.Id, timestamp, request.Body.Span) },
            },
            Content = new ReadOnlyMemoryContent(request.Body) { Headers = { { "Content-Type", "application/json" } } },
        };
    }

    private WebhookOutcome OutcomeOf(HttpResponseMessage response) => response.IsSuccessStatusCode
        ? new WebhookOutcome.Delivered((int)response.StatusCode)
        : new WebhookOutcome.Refused((int)response.StatusCode, response.Headers.RetryAfter switch
        {
            { Delta: { } seconds } => seconds,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => null,
        });

    private static DeliveryError ErrorOf(HttpRequestException exception) => exception switch
    {
        { InnerException: AddressNotAllowedException } => DeliveryError.NotPublic,
        { HttpRequestError: HttpRequestError.NameResolutionError } => DeliveryError.Dns,
        { HttpRequestError: HttpRequestError.SecureConnectionError } => DeliveryError.Tls,
        { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } => DeliveryError.BadAnswer,
        _ => DeliveryError.Connection,
    };
}
