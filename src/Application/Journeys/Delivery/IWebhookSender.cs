using System.Buffers;
using Flownally.Domain.Journeys;

namespace Flownally.Application.Journeys.Delivery;

/// <summary>Sends webhooks as Standard Webhooks 1.0 says, each once: the caller retries.</summary>
public interface IWebhookSender
{
    /// <summary>Signs a webhook anew, sends it, and waits for the status, for 15 seconds at most.</summary>
    /// <returns>What became of it, whatever the receiver does; only the cancellation that was asked for is thrown.</returns>
    Task<WebhookOutcome> SendAsync(WebhookRequest request, CancellationToken cancellationToken);
}

/// <param name="Id">The same at every attempt, so that the receiver knows a retry: letters, digits, <c>_</c> and <c>-</c>.</param>
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
/// <param name="HttpStatus">What the receiver answered with; null where it did not answer.</param>
/// <param name="Error">Why the attempt failed; null where it did not.</param>
public abstract record WebhookOutcome(int? HttpStatus, DeliveryError? Error)
{
    private const int Gone = 410;

    /// <summary>
    /// How long to wait before the next attempt; null where there is to be none: after a delivery, after the last attempt of the
    /// <see cref="RetrySchedule"/>, and where the receiver is gone for good.
    /// </summary>
    /// <param name="attempts">How many attempts were made, this one included: 1 or more.</param>
    /// <param name="random">A random number from 0 to 1.</param>
    public TimeSpan? NextAfter(int attempts, double random) => this switch
    {
        Delivered or Refused { Status: Gone } => null,
        Refused refused => RetrySchedule.After(attempts, random, refused.RetryAfter),
        _ => RetrySchedule.After(attempts, random),
    };

    /// <summary>The receiver answered with a status of 2xx. What it says besides does not matter, nor whether it comes to an end.</summary>
    public sealed record Delivered(int Status) : WebhookOutcome(Status, Error: null);

    /// <summary>The receiver answered with another status; 3xx too, because redirects are not followed.</summary>
    /// <param name="RetryAfter">What its header <c>Retry-After</c> asks for (RFC 9110 §10.2.3).</param>
    public sealed record Refused(int Status, TimeSpan? RetryAfter = null) : WebhookOutcome(Status, DeliveryError.Status);

    /// <summary>There was no status.</summary>
    public sealed record Failed(DeliveryError Reason) : WebhookOutcome(HttpStatus: null, Reason);
}
