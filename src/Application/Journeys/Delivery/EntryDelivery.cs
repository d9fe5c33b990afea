using System.Diagnostics.Metrics;
using Flownally.Application.Events;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Microsoft.Extensions.Logging;

namespace Flownally.Application.Journeys.Delivery;

/// <summary>Attempts to deliver the webhooks of entries. Counts and times the requests by outcome.</summary>
public sealed class EntryDelivery(IDeliveries deliveries, IWebhookBody body, IWebhookSender sender, IMeterFactory meters,
    TimeProvider clock, RandomSource random, ILogger<EntryDelivery> log)
{
    private readonly Counter<long> _attempts = meters.Create("Flownally").CreateCounter<long>(
        "flownally.webhooks.attempts", "{attempt}", "Attempts to send webhooks, by outcome.");

    private readonly Histogram<double> _durations = meters.Create("Flownally").CreateHistogram(
        "flownally.webhooks.attempt.duration", "s", "How long attempts to send webhooks took, by outcome.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15] });

    /// <summary>Makes one attempt, unless there is nothing to send.</summary>
    /// <returns>The new state of the delivery, with the time of the next attempt.</returns>
    /// <exception cref="DatabaseUnavailableException">The webhook cannot be read.</exception>
    public async Task<Attempt> AttemptAsync(DueEntry entry, CancellationToken cancellationToken)
    {
        if (await deliveries.FindWebhookAsync(entry, cancellationToken) is not { } webhook)
        {
            return NotMade(DeliveryState.None);
        }

        if (webhook.Event is not { } @event)
        {
            return NotMade(DeliveryState.Failed);
        }

        var message = new JourneyEntered("journey.entered", webhook.EnteredAt, new JourneyEnteredData(
            new EnteredJourney(entry.JourneyId, webhook.JourneyName), new EnteredEntry(entry.Id, webhook.EnteredAt), @event));
        var start = clock.GetTimestamp();
        var request = new WebhookRequest(entry.Id.ToString(), webhook.Target.Url.Value, webhook.Target.Secret, body.Write(message));
        var outcome = await sender.SendAsync(request, cancellationToken);
        var duration = clock.GetElapsedTime(start);
        Measure(outcome, duration);
        var attempts = entry.Attempts + 1;
        var wait = outcome.NextAfter(attempts, random.Next());
        var state = wait is not null ? DeliveryState.Pending : outcome.Error is null ? DeliveryState.Delivered : DeliveryState.Failed;
        var now = Microseconds.Truncate(clock.GetUtcNow());
        return new Attempt(entry, state, attempts, now, now + wait, outcome.HttpStatus, outcome.Error, duration);

        Attempt NotMade(DeliveryState state) => new(entry, state, entry.Attempts, At: null, NextAt: null, Status: null);
    }

    /// <summary>Creates the lanes for the time of one leadership.</summary>
    internal DeliveryLanes OpenLanes() => new(this, deliveries, clock, log);

    private void Measure(WebhookOutcome outcome, TimeSpan duration)
    {
        var name = outcome.Error?.Text() ?? DeliveryState.Delivered.Text();
        var tag = new KeyValuePair<string, object?>("outcome", name);
        _attempts.Add(1, tag);
        _durations.Record(duration.TotalSeconds, tag);
    }
}

/// <summary>Serializes the body of a webhook with the JSON settings of the API.</summary>
public interface IWebhookBody
{
    ReadOnlyMemory<byte> Write(JourneyEntered message);
}

/// <summary>The body of a webhook.</summary>
/// <param name="Timestamp">The time of the entry, in every attempt.</param>
public sealed record JourneyEntered(string Type, DateTimeOffset Timestamp, JourneyEnteredData Data);

public sealed record JourneyEnteredData(EnteredJourney Journey, EnteredEntry Entry, EventResponse Event);

public sealed record EnteredJourney(JourneyId Id, JourneyName Name);

public sealed record EnteredEntry(JourneyEntryId Id, DateTimeOffset EnteredAt);
