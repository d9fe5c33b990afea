using System.Buffers;
using Flownally.Domain.Journeys;

namespace Flownally.Application.Journeys.Delivery;

/// <summary>Sends webhooks (Standard Webhooks 1.0). It does not retry.</summary>
public interface IWebhookSender
{
    /// <summary>Signs and sends a webhook, and waits at most 15 seconds for the status.</summary>
    /// <returns>The outcome. The only exception is the requested cancellation.</returns>
    Task<WebhookOutcome> SendAsync(WebhookRequest request, CancellationToken cancellationToken);
}

/// <param name="Id">The same in every attempt, so that the receiver can detect a retry: letters, digits, <c>_</c> and <c>-</c>.</param>
/// <param name="Body">UTF-8 JSON. Exactly these bytes are signed and sent.</param>
public sealed record WebhookRequest(string Id, Uri Url, WebhookSecret Secret, ReadOnlyMemory<byte> Body)
{
    private static readonly SearchValues<char> IdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-");

    public string Id { get; } = Id.Length > 0 && !Id.AsSpan().ContainsAnyExcept(IdCharacters)
        ? Id
        : throw new ArgumentException("The id of a webhook consists of letters, digits, _ and -.", nameof(Id));
}

/// <summary>The outcome of one attempt.</summary>
/// <param name="HttpStatus">The status of the response; null without a response.</param>
/// <param name="Error">The reason for the failure; null after a delivery.</param>
public abstract record WebhookOutcome(int? HttpStatus, DeliveryError? Error)
{
    private const int Gone = 410;

    /// <summary>
    /// The wait before the next attempt; null if there is none: after a delivery, after the last attempt of the
    /// <see cref="RetrySchedule"/>, or after the status 410 Gone.
    /// </summary>
    /// <param name="attempts">The number of attempts so far, at least 1.</param>
    /// <param name="random">A random number from 0 to 1.</param>
    public TimeSpan? NextAfter(int attempts, double random) => this switch
    {
        Delivered or Refused { Status: Gone } => null,
        Refused refused => RetrySchedule.After(attempts, random, refused.RetryAfter),
        _ => RetrySchedule.After(attempts, random),
    };

    /// <summary>The receiver responded with a 2xx status. The body of the response is ignored and need not be complete.</summary>
    public sealed record Delivered(int Status) : WebhookOutcome(Status, Error: null);

    /// <summary>The receiver responded with another status. This includes 3xx, because redirects are not followed.</summary>
    /// <param name="RetryAfter">The header <c>Retry-After</c> (RFC 9110 §10.2.3).</param>
    public sealed record Refused(int Status, TimeSpan? RetryAfter = null) : WebhookOutcome(Status, DeliveryError.Status);

    /// <summary>There was no response.</summary>
    public sealed record Failed(DeliveryError Reason) : WebhookOutcome(HttpStatus: null, Reason);
}
