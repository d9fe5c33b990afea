using System.Buffers;
using Flownally.Domain.Journeys;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Sends webhooks as Standard Webhooks 1.0 says, each once: whoever calls tries again.</summary>
public interface IWebhookSender
{
    /// <summary>Signs a webhook anew, sends it, and waits for the status, for 15 seconds at most.</summary>
    /// <returns>What became of it, whatever the receiver does; only the cancellation that was asked for is thrown.</returns>
    Task<WebhookOutcome> SendAsync(WebhookRequest request, CancellationToken cancellationToken);
}

/// <param name="Id">The same at every attempt, so that the receiver knows a repeat: letters, digits, <c>_</c> and <c>-</c>.</param>
/// <param name="Body">JSON in UTF-8; what is signed and sent are these bytes.</param>
public sealed record WebhookRequest(string Id, Uri Url, WebhookSecret Secret, ReadOnlyMemory<byte> Body)
{
    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public string Id { get; } = Id.Length > 0 && !Id.AsSpan().ContainsAnyExcept(IdCharacters)
        ? Id
        : throw new ArgumentException("The id of a webhook is letters, digits, _ and -.", nameof(Id));
}

/// <summary>What became of one attempt.</summary>
public abstract record WebhookOutcome
{
    private const int Gone = 410;

    private WebhookOutcome()
    {
    }

    /// <summary>What the receiver answered with; null where it did not answer.</summary>
    public int? HttpStatus => this switch
    {
        Delivered delivered => delivered.Status,
        Refused refused => refused.Status,
        _ => null,
    };

    /// <summary>Why the attempt failed; null where it did not.</summary>
    public DeliveryError? Error => this switch
    {
        Refused => DeliveryError.Status,
        Failed failed => failed.Reason switch
        {
            WebhookFailure.AddressNotAllowed => DeliveryError.NotPublic,
            WebhookFailure.HostNotFound => DeliveryError.Dns,
            WebhookFailure.ConnectionFailed => DeliveryError.Connection,
            WebhookFailure.TlsFailed => DeliveryError.Tls,
            WebhookFailure.TimedOut => DeliveryError.Timeout,
            WebhookFailure.NotHttp or WebhookFailure.AnswerTooLarge => DeliveryError.BadAnswer,
            _ => throw new InvalidOperationException($"A failure of an unknown kind: {failed.Reason}."),
        },
        _ => null,
    };

    /// <summary>
    /// How long to wait before the next attempt; null where there is to be none: after a delivery, after the last attempt of the
    /// <see cref="RetrySchedule"/>, and where the receiver is gone for good.
    /// </summary>
    /// <param name="attempts">How many attempts were made, this one included: 1 or more.</param>
    /// <param name="chance">A random number from 0 to 1.</param>
    public TimeSpan? NextAfter(int attempts, double chance) => this switch
    {
        Delivered or Refused { Status: Gone } => null,
        Refused refused => RetrySchedule.After(attempts, chance, refused.RetryAfter),
        _ => RetrySchedule.After(attempts, chance),
    };

    /// <summary>The receiver answered with a status of 2xx. What it says besides does not matter, nor whether it comes to an end.</summary>
    public sealed record Delivered(int Status) : WebhookOutcome;

    /// <summary>The receiver answered with another status; 3xx too, because redirects are not followed.</summary>
    /// <param name="RetryAfter">What its header <c>Retry-After</c> asks for (RFC 9110 §10.2.3).</param>
    public sealed record Refused(int Status, TimeSpan? RetryAfter = null) : WebhookOutcome;

    /// <summary>There was no status.</summary>
    public sealed record Failed(WebhookFailure Reason) : WebhookOutcome;
}

/// <summary>Why an attempt ended without a status.</summary>
public enum WebhookFailure
{
    /// <summary>The URL is neither http nor https, or an address of its host is not a public one. Nothing was connected to.</summary>
    AddressNotAllowed,

    /// <summary>There is no such host.</summary>
    HostNotFound,

    /// <summary>No connection came about, or it was lost.</summary>
    ConnectionFailed,

    /// <summary>TLS failed; most often the certificate is not trusted, or names another host.</summary>
    TlsFailed,

    /// <summary>Connecting took longer than 5 seconds, or all together longer than 15.</summary>
    TimedOut,

    /// <summary>What came back is not HTTP.</summary>
    NotHttp,

    /// <summary>The headers of the answer are longer than 16 KiB.</summary>
    AnswerTooLarge,
}
