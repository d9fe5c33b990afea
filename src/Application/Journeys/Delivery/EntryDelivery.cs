using System.Diagnostics.Metrics;
using Flownally.Application.Events;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using Microsoft.Extensions.Logging;

namespace Flownally.Application.Journeys.Delivery;

/// <summary>Makes attempts to tell journeys' targets of entries. Counts and times those that were sent, by outcome.</summary>
public sealed class EntryDelivery(IDeliveries deliveries, IWebhookBody body, IWebhookSender sender, IMeterFactory meters,
    TimeProvider clock, RandomSource random, ILogger<EntryDelivery> log)
{
    private readonly Counter<long> _attempts = meters.Create("Flownally").CreateCounter<long>(
        "flownally.webhooks.attempts", "{attempt}", "Attempts to send webhooks, by outcome.");

    private readonly Histogram<double> _durations = meters.Create("Flownally").CreateHistogram(
        "flownally.webhooks.attempt.duration", "s", "How long attempts to send webhooks took, by outcome.", tags: null,
        new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15] });

    /// <summary>Makes one attempt, where there is something to send.</summary>
    /// <returns>What became of it, and when to retry.</returns>
    /// <exception cref="DatabaseUnavailableException">What to send cannot be read.</exception>
    public async Task<Attempt> AttemptAsync(DueEntry entry, CancellationToken cancellationToken)
    {
        if (await deliveries.FindWebhookAsync(entry, cancellationToken) is not { } webhook)
        {
            return NotMade(DeliveryState.None);
        }

        if (webhook.Event is not { } happened)
        {
            return NotMade(DeliveryState.Failed);
        }

        var told = new JourneyEntered("journey.entered", webhook.EnteredAt, new JourneyEnteredData(
            new EnteredJourney(entry.JourneyId, webhook.JourneyName), new EnteredEntry(entry.Id, webhook.EnteredAt), happened));
        var since = clock.GetTimestamp();
        var outcome = await sender.SendAsync(
            new WebhookRequest(entry.Id.ToString(), webhook.Target.Url.Value, webhook.Target.Secret, body.Write(told)), cancellationToken);
        var duration = clock.GetElapsedTime(since);
        Measure(outcome, duration);
        var attempts = entry.Attempts + 1;
        var wait = outcome.NextAfter(attempts, random.Next());
        var state = wait is not null ? DeliveryState.Pending : outcome.Error is null ? DeliveryState.Delivered : DeliveryState.Failed;
        var now = Microseconds.Truncate(clock.GetUtcNow());
        return new Attempt(entry, state, attempts, now, now + wait, outcome.HttpStatus, outcome.Error, duration);

        Attempt NotMade(DeliveryState state) => new(entry, state, entry.Attempts, At: null, NextAt: null, Status: null);
    }

    /// <summary>The lanes in which one leader makes attempts.</summary>
    internal DeliveryLanes OpenLanes() => new(this, deliveries, clock, log);

    private void Measure(WebhookOutcome outcome, TimeSpan duration)
    {
        var name = outcome.Error?.Text() ?? DeliveryState.Delivered.Text();
        var tag = new KeyValuePair<string, object?>("outcome", name);
        _attempts.Add(1, tag);
        _durations.Record(duration.TotalSeconds, tag);
    }
}

/// <summary>Writes what a webhook says, as the API writes its answers.</summary>
public interface IWebhookBody
{
    ReadOnlyMemory<byte> Write(JourneyEntered told);
}

/// <summary>What a webhook says.</summary>
/// <param name="Timestamp">When the contact entered, whichever attempt it is.</param>
public sealed record JourneyEntered(string Type, DateTimeOffset Timestamp, JourneyEnteredData Data);

public sealed record JourneyEnteredData(EnteredJourney Journey, EnteredEntry Entry, EventResponse Event);

public sealed record EnteredJourney(JourneyId Id, JourneyName Name);

public sealed record EnteredEntry(JourneyEntryId Id, DateTimeOffset EnteredAt);
