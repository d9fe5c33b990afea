using System.Net;
using System.Net.Sockets;
using Flownally.Application.Journeys.Delivery;
using Flownally.Domain.Journeys;
using Flownally.Infrastructure.Webhooks;

namespace Flownally.Api.Tests.Journeys;

internal static class Webhooks
{
    public const string Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";

    /// <summary>A sender that may connect to anything, unless told what it may.</summary>
    public static WebhookSender NewSender(
        Predicate<IPAddress>? allows = null,
        Func<string, CancellationToken, Task<IPAddress[]>>? resolve = null,
        Action<SocketsHttpHandler>? with = null,
        TimeSpan? timeout = null,
        TimeProvider? clock = null)
    {
        var handler = WebhookSender.NewHandler((address, _) => allows?.Invoke(address) ?? true, resolve ?? ((_, _) => throw new SocketException((int)SocketError.HostNotFound)));
        with?.Invoke(handler);
        return new WebhookSender(handler, timeout ?? WebhookSender.Timeout, clock ?? TimeProvider.System);
    }

    public static WebhookRequest To(Uri url, string body = "{}") =>
        new("jrne_01", url, WebhookSecret.Parse(Secret), System.Text.Encoding.UTF8.GetBytes(body));

    public static WebhookOutcome Failed(DeliveryError reason) => new WebhookOutcome.Failed(reason);

    public static Func<string, CancellationToken, Task<IPAddress[]>> Resolving(params string[] addresses) =>
        (_, _) => Task.FromResult(addresses.Select(IPAddress.Parse).ToArray());
}
