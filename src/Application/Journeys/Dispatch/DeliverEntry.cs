using Flownally.Application.Events;
using Flownally.Domain;
using Flownally.Domain.Journeys;
using MediatR;

namespace Flownally.Application.Journeys.Dispatch;

/// <summary>Makes one attempt to tell a journey's target of an entry.</summary>
public sealed record DeliverEntry(DueEntry Entry) : IRequest<Result<Attempt>>;

internal sealed class DeliverEntryHandler(IDeliveries deliveries, IWebhookBody body, IWebhookSender sender, TimeProvider clock)
    : IRequestHandler<DeliverEntry, Result<Attempt>>
{
    public async Task<Result<Attempt>> Handle(DeliverEntry request, CancellationToken cancellationToken)
    {
        var entry = request.Entry;
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
        var attempts = entry.Attempts + 1;
        var state = outcome is WebhookOutcome.Delivered ? DeliveryState.Delivered : DeliveryState.Failed;
        return outcome.NextAfter(attempts, Random.Shared.NextDouble()) is { } wait
            ? Attempted(DeliveryState.Pending, wait)
            : Attempted(state, wait: null);

        Attempt NotMade(DeliveryState state) => new(entry, state, entry.Attempts, At: null, NextAt: null, Status: null);

        Attempt Attempted(DeliveryState state, TimeSpan? wait)
        {
            var now = Microseconds.Truncate(clock.GetUtcNow());
            return new Attempt(entry, state, attempts, now, now + wait, outcome.HttpStatus, outcome.Error, duration);
        }
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
