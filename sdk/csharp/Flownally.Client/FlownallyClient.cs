using System.Runtime.CompilerServices;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Flownally.Client;

/// <summary>
/// The service's operations, each as the contract has it, and what makes them handy: recording that can be repeated
/// safely, payloads as types of your own, lists without page tokens, and the feed as a loop. Safe for use by several threads.
/// </summary>
public partial class FlownallyClient
{
    /// <summary>Seconds; the longest that the service lets a reader of the feed wait.</summary>
    private const int LongestWait = 30;

    private static readonly JsonSerializerOptions PayloadOptions = new(JsonSerializerDefaults.Web);

    /// <summary>A client of its own connection pool, that repeats what failed for no fault of the call. Keep it; it is meant to live long.</summary>
    public static FlownallyClient Create(Uri baseAddress, string apiKey)
    {
        var http = new HttpClient(Retries.NewHandler());
        new FlownallyClientOptions { BaseAddress = baseAddress, ApiKey = apiKey }.ApplyTo(http);
        return new FlownallyClient(http);
    }

    /// <summary>Records a moment under an idempotency key, so that a repeat after a failure records nothing twice.</summary>
    /// <param name="idempotencyKey">Printable ASCII, at most 255 characters; null makes one that is good for this call's own repeats.</param>
    /// <exception cref="FlownallyException">The service refused it.</exception>
    public Task<Event> RecordAsync(string contactId, CreateContactEventRequest moment, string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        CreateContactEventAsync(contactId, moment, idempotencyKey ?? RandomNumberGenerator.GetHexString(32), cancellationToken);

    /// <summary>Records a moment whose payload is a type of your own, written with camelCase names.</summary>
    /// <inheritdoc cref="RecordAsync(string, CreateContactEventRequest, string?, CancellationToken)"/>
    public Task<Event> RecordAsync<T>(string contactId, string eventTypeName, T payload, DateTimeOffset? occurredAt = null,
        string? idempotencyKey = null, CancellationToken cancellationToken = default) =>
        RecordAsync(contactId, new CreateContactEventRequest
        {
            EventTypeName = eventTypeName,
            Payload = JsonSerializer.SerializeToElement(payload, PayloadOptions),
            OccurredAt = occurredAt,
        }, idempotencyKey, cancellationToken);

    /// <summary>All events, newest recorded first. Pages are read as you go.</summary>
    public IAsyncEnumerable<Event> EnumerateEventsAsync(string? eventTypeId = null, CancellationToken cancellationToken = default) =>
        WalkAsync(async (token, cancel) => await GetEventsAsync(eventTypeId, null, token, cancel), page => page.Events, page => page.NextPageToken, cancellationToken);

    /// <summary>A contact's timeline, latest moment first. Pages are read as you go.</summary>
    public IAsyncEnumerable<Event> EnumerateContactEventsAsync(string contactId, string? eventTypeId = null, CancellationToken cancellationToken = default) =>
        WalkAsync(async (token, cancel) => await GetEventsByContactAsync(contactId, eventTypeId, null, token, cancel), page => page.Events, page => page.NextPageToken, cancellationToken);

    /// <summary>The catalog, by name. Pages are read as you go.</summary>
    public IAsyncEnumerable<EventType> EnumerateEventTypesAsync(CancellationToken cancellationToken = default) =>
        WalkAsync(async (token, cancel) => await GetEventTypesAsync(null, token, cancel), page => page.EventTypes, page => page.NextPageToken, cancellationToken);

    /// <summary>The journeys, newest first. Pages are read as you go.</summary>
    public IAsyncEnumerable<Journey> EnumerateJourneysAsync(CancellationToken cancellationToken = default) =>
        WalkAsync(async (token, cancel) => await GetJourneysAsync(null, token, cancel), page => page.Journeys, page => page.NextPageToken, cancellationToken);

    /// <summary>The entries into a journey, newest first. Pages are read as you go.</summary>
    public IAsyncEnumerable<JourneyEntry> EnumerateJourneyEntriesAsync(string journeyId, CancellationToken cancellationToken = default) =>
        WalkAsync(async (token, cancel) => await GetJourneyEntriesAsync(journeyId, null, token, cancel), page => page.Entries, page => page.NextPageToken, cancellationToken);

    /// <summary>
    /// The feed, each event once, without an end: a page as soon as there are events, and an empty one when there were none for half
    /// a minute. Store its <c>NextCursor</c> once you are done with its events, and begin there the next time.
    /// </summary>
    /// <exception cref="FlownallyException">The service refused it; <c>cursorExpired</c> where events that follow the cursor are gone.</exception>
    public async IAsyncEnumerable<FeedResponse> FollowEventFeedAsync(string? cursor = null, string? eventTypeId = null,
        [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        while (true)
        {
            var page = await GetEventFeedAsync(cursor, wait: LongestWait, eventTypeId: eventTypeId, cancellationToken: cancellationToken);
            yield return page;
            cursor = page.NextCursor;
        }
    }

    internal static T? Read<T>(JsonElement payload) => payload.Deserialize<T>(PayloadOptions);

    private static async IAsyncEnumerable<TRecord> WalkAsync<TPage, TRecord>(Func<string?, CancellationToken, Task<TPage>> read,
        Func<TPage, IReadOnlyList<TRecord>> records, Func<TPage, string?> next, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? token = null;
        do
        {
            var page = await read(token, cancellationToken);
            foreach (var record in records(page))
            {
                yield return record;
            }

            token = next(page);
        }
        while (token is not null);
    }

    /// <summary>What is not set is left out, because null is a value of its own in this contract.</summary>
    static partial void UpdateJsonSerializerSettings(JsonSerializerOptions settings) =>
        settings.TypeInfoResolver = new DefaultJsonTypeInfoResolver().WithAddedModifier(type =>
        {
            foreach (var property in type.Properties)
            {
                var name = property.Name;
                property.ShouldSerialize = (owner, value) => value is not null || (owner is IPatch patch && patch.Clears(name));
            }
        });
}
