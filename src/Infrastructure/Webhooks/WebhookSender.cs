using System.Globalization;
using System.Net;
using System.Security.Cryptography.X509Certificates;
using Flownally.Application.Journeys.Delivery;
using Flownally.Domain.Journeys;
using Flownally.Infrastructure.Journeys;
using Microsoft.Extensions.Options;

namespace Flownally.Infrastructure.Webhooks;

/// <summary>
/// Sends webhooks to receivers that are not trusted: they choose the host, and answer what they like. One handler lives as long as
/// the process. A factory of clients would only renew handlers so that changes of DNS are noticed; here connections are renewed.
/// </summary>
internal sealed class WebhookSender(SocketsHttpHandler handler, TimeSpan timeout, TimeProvider clock) : IWebhookSender, IDisposable
{
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    private readonly HttpMessageInvoker _http = new(handler);

    public WebhookSender(IOptions<JourneyOptions> options, TimeProvider clock)
        : this(NewHandler(options.Value.Allows, Dns.GetHostAddressesAsync), Timeout, clock)
    {
    }

    /// <summary>All that bounds a connection, and all that is not done for a receiver.</summary>
    public static SocketsHttpHandler NewHandler(Func<IPAddress, int, bool> allows, Func<string, CancellationToken, Task<IPAddress[]>> resolve) => new()
    {
        ConnectCallback = new CheckedConnector(allows, resolve).ConnectAsync,
        ConnectTimeout = TimeSpan.FromSeconds(5),
        PooledConnectionLifetime = TimeSpan.FromMinutes(2), // an open connection keeps the address that was checked
        MaxConnectionsPerServer = DeliveryLimits.MaxInFlight, // so that no tenant waits for another's calls to the same host
        MaxResponseHeadersLength = 16, // KiB
        MaxResponseDrainSize = 64 * 1024, // of a body that nobody reads; what is longer costs the connection
        ResponseDrainTimeout = TimeSpan.FromSeconds(2),
        AllowAutoRedirect = false,
        UseProxy = false, // a proxy would resolve the name anew
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None,
        ActivityHeadersPropagator = null, // our traces are not the receiver's
        SslOptions =
        {
            // A certificate may name a URL where its issuer's is found; fetching it would be a call that is not checked.
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
            using var answer = await _http.SendAsync(message, attempt.Token); // returns when the headers are there
            return OutcomeOf(answer);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return new WebhookOutcome.Failed(DeliveryError.Timeout);
        }
        catch (HttpRequestException exception)
        {
            return new WebhookOutcome.Failed(ReasonOf(exception));
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

    private WebhookOutcome OutcomeOf(HttpResponseMessage answer) => answer.IsSuccessStatusCode
        ? new WebhookOutcome.Delivered((int)answer.StatusCode)
        : new WebhookOutcome.Refused((int)answer.StatusCode, answer.Headers.RetryAfter switch
        {
            { Delta: { } seconds } => seconds,
            { Date: { } date } => date - clock.GetUtcNow(),
            _ => null,
        });

    private static DeliveryError ReasonOf(HttpRequestException exception) => exception switch
    {
        { InnerException: AddressNotAllowedException } => DeliveryError.NotPublic,
        { HttpRequestError: HttpRequestError.NameResolutionError } => DeliveryError.Dns,
        { HttpRequestError: HttpRequestError.SecureConnectionError } => DeliveryError.Tls,
        { HttpRequestError: HttpRequestError.InvalidResponse or HttpRequestError.ConfigurationLimitExceeded } => DeliveryError.BadAnswer,
        _ => DeliveryError.Connection,
    };
}
