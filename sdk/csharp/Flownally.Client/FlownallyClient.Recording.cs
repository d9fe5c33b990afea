using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Flownally.Client;

public partial class FlownallyClient
{
    /// <summary>Records an event under an idempotency key, so that a repeat after a failure records nothing twice.</summary>
    /// <param name="request">
    /// Its own key, if it has one, is sent as a header instead: a repeat then shows the event again
    /// (<see cref="Event.WasReplayed"/>), where <see cref="CreateContactEventAsync"/> would refuse it.
    /// </param>
    /// <param name="idempotencyKey">
    /// 1 to 255 characters of printable ASCII. Null makes a random one, unless the request has its own: good for this call's retries.
    /// </param>
    /// <exception cref="ArgumentException">The contact cannot stand in a path; a key is malformed; or there are two that differ.</exception>
    /// <exception cref="FlownallyException">The service refused the call, or its answer cannot be read.</exception>
    public Task<Event> RecordAsync(
        string contactId,
        CreateContactEventRequest request,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (request.IdempotencyKey is not { } own)
        {
            return CreateContactEventAsync(contactId, request, idempotencyKey ?? IdempotencyKey.New(), cancellationToken);
        }

        return idempotencyKey is null || idempotencyKey == own
            ? CreateContactEventAsync(contactId, request.WithoutKey(), own, cancellationToken)
            : throw new ArgumentException("The request has another idempotency key.", nameof(idempotencyKey));
    }

    /// <summary>Records an event whose payload is a type of your own, written with camelCase names.</summary>
    /// <inheritdoc cref="RecordAsync(string, CreateContactEventRequest, string?, CancellationToken)"/>
    [RequiresUnreferencedCode(PayloadJson.Reflection), RequiresDynamicCode(PayloadJson.Reflection)]
    public Task<Event> RecordAsync<T>(
        string contactId,
        string eventTypeName,
        T payload,
        DateTimeOffset? occurredAt = null,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default)
    {
        var json = JsonSerializer.SerializeToElement(payload, PayloadJson.Options);
        return RecordAsync(contactId, NewRequest(eventTypeName, json, occurredAt), idempotencyKey, cancellationToken);
    }

    /// <summary>Records an event whose payload is a type of your own, written without reflection.</summary>
    /// <inheritdoc cref="RecordAsync(string, CreateContactEventRequest, string?, CancellationToken)"/>
    public Task<Event> RecordAsync<T>(
        string contactId,
        string eventTypeName,
        T payload,
        JsonTypeInfo<T> payloadType,
        DateTimeOffset? occurredAt = null,
        string? idempotencyKey = null,
        CancellationToken cancellationToken = default)
    {
        var json = JsonSerializer.SerializeToElement(payload, payloadType);
        return RecordAsync(contactId, NewRequest(eventTypeName, json, occurredAt), idempotencyKey, cancellationToken);
    }

    /// <summary>
    /// Records up to 1,000 events by one call, each recorded or refused by itself. An event without an idempotency key is given one, which
    /// stays in it: a call that failed can be repeated with the same objects, and records nothing twice. Events that were refused only for
    /// the moment (429, 5xx) are sent again, up to 5 times.
    /// </summary>
    /// <returns>
    /// One result for each event, in their order. An event that was recorded before under its key counts as recorded, and its result says
    /// so (<see cref="RecordedEventResult.WasReplayed"/>).
    /// </returns>
    /// <exception cref="ArgumentException">An event is null, or its payload is an empty <see cref="JsonElement"/>.</exception>
    /// <exception cref="FlownallyException">The service refused the call as a whole, or its answer cannot be read.</exception>
    public async Task<IReadOnlyList<RecordedEventResult>> RecordBatchAsync(
        IReadOnlyList<CreateEventRequest> events,
        CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(events);
        foreach (var request in events)
        {
            if (request is null)
            {
                throw new ArgumentException("An event is null.", nameof(events));
            }

            request.IdempotencyKey ??= IdempotencyKey.New();
        }

        var results = new RecordedEventResult[events.Count];
        var left = Enumerable.Range(0, events.Count).ToList();
        for (var attempt = 0; ; attempt++)
        {
            var batch = new CreateEventsRequest { Events = [.. left.Select(index => events[index])] };
            var answer = await CreateEventsAsync(batch, cancellationToken).ConfigureAwait(false);
            if (answer.Results.Count != left.Count)
            {
                throw new FlownallyException($"The answer has {answer.Results.Count} results for {left.Count} events.", status: 200);
            }

            foreach (var (index, result) in left.Zip(answer.Results))
            {
                results[index] = result.CountedAsReplay();
            }

            left.RemoveAll(index => !results[index].IsPassing);
            if (left.Count == 0 || attempt == Retries.Attempts)
            {
                return results;
            }

            await Task.Delay(Retries.Pause(attempt), cancellationToken).ConfigureAwait(false);
        }
    }

    private static CreateContactEventRequest NewRequest(string eventTypeName, JsonElement payload, DateTimeOffset? occurredAt) =>
        new() { EventTypeName = eventTypeName, Payload = payload, OccurredAt = occurredAt };
}
