using System.Runtime.CompilerServices;

namespace Flownally.Client;

public partial class FlownallyClient
{
    /// <summary>All events in the order of recording, the latest first. Pages are read as you go.</summary>
    /// <param name="contactId">Only events of this contact.</param>
    /// <param name="createdFrom">Only events that were recorded at this time or later.</param>
    /// <param name="createdTo">Only events that were recorded before this time.</param>
    /// <param name="order">Null for the latest first.</param>
    /// <param name="pageSize">How many events a call reads, 1 to 200; null leaves it to the service.</param>
    public IAsyncEnumerable<Event> EnumerateEventsAsync(
        string? eventTypeId = null,
        int? pageSize = null,
        string? eventTypeName = null,
        string? contactId = null,
        DateTimeOffset? createdFrom = null,
        DateTimeOffset? createdTo = null,
        EventOrder? order = null,
        CancellationToken cancellationToken = default) =>
        WalkAsync(
            (token, cancel) => GetEventsAsync(
                eventTypeId: eventTypeId, eventTypeName: eventTypeName, contactId: contactId, createdFrom: createdFrom, createdTo: createdTo,
                order: order, pageSize: pageSize, pageToken: token, cancellationToken: cancel),
            page => page.Events, page => page.NextPageToken, cancellationToken);

    /// <summary>A contact's timeline, the latest event first. Pages are read as you go.</summary>
    /// <param name="occurredFrom">Only events that occurred at this time or later.</param>
    /// <param name="occurredTo">Only events that occurred before this time.</param>
    /// <param name="order">Null for the latest first.</param>
    /// <param name="pageSize">How many events a call reads, 1 to 200; null leaves it to the service.</param>
    /// <exception cref="ArgumentException">The contact cannot stand in a path.</exception>
    public IAsyncEnumerable<Event> EnumerateContactEventsAsync(
        string contactId,
        string? eventTypeId = null,
        int? pageSize = null,
        string? eventTypeName = null,
        DateTimeOffset? occurredFrom = null,
        DateTimeOffset? occurredTo = null,
        EventOrder? order = null,
        CancellationToken cancellationToken = default)
    {
        Call.Segment(contactId);
        return WalkAsync(
            (token, cancel) => GetEventsByContactAsync(
                contactId, eventTypeId: eventTypeId, eventTypeName: eventTypeName, occurredFrom: occurredFrom, occurredTo: occurredTo,
                order: order, pageSize: pageSize, pageToken: token, cancellationToken: cancel),
            page => page.Events, page => page.NextPageToken, cancellationToken);
    }

    /// <summary>The catalog, by name. Pages are read as you go.</summary>
    /// <param name="pageSize">How many types a call reads, 1 to 200; null leaves it to the service.</param>
    public IAsyncEnumerable<EventType> EnumerateEventTypesAsync(int? pageSize = null, CancellationToken cancellationToken = default) =>
        WalkAsync(
            (token, cancel) => GetEventTypesAsync(pageSize: pageSize, pageToken: token, cancellationToken: cancel),
            page => page.EventTypes, page => page.NextPageToken, cancellationToken);

    /// <summary>The versions of a type's schema, newest first. Pages are read as you go.</summary>
    /// <param name="pageSize">How many versions a call reads, 1 to 200; null leaves it to the service.</param>
    /// <exception cref="ArgumentException">The type cannot stand in a path.</exception>
    public IAsyncEnumerable<EventTypeVersion> EnumerateEventTypeVersionsAsync(
        string eventTypeId,
        int? pageSize = null,
        CancellationToken cancellationToken = default)
    {
        Call.Segment(eventTypeId);
        return WalkAsync(
            (token, cancel) => GetEventTypeVersionsAsync(eventTypeId, pageSize: pageSize, pageToken: token, cancellationToken: cancel),
            page => page.Versions, page => page.NextPageToken, cancellationToken);
    }

    /// <summary>The journeys, newest first. Pages are read as you go.</summary>
    /// <param name="pageSize">How many journeys a call reads, 1 to 200; null leaves it to the service.</param>
    public IAsyncEnumerable<Journey> EnumerateJourneysAsync(int? pageSize = null, CancellationToken cancellationToken = default) =>
        WalkAsync(
            (token, cancel) => GetJourneysAsync(pageSize: pageSize, pageToken: token, cancellationToken: cancel),
            page => page.Journeys, page => page.NextPageToken, cancellationToken);

    /// <summary>The entries into a journey, newest first. Pages are read as you go.</summary>
    /// <param name="state">Only entries whose delivery is in this state.</param>
    /// <param name="enteredFrom">Only entries of then or later.</param>
    /// <param name="enteredTo">Only entries of before.</param>
    /// <param name="pageSize">How many entries a call reads, 1 to 200; null leaves it to the service.</param>
    /// <exception cref="ArgumentException">The journey cannot stand in a path.</exception>
    public IAsyncEnumerable<JourneyEntry> EnumerateJourneyEntriesAsync(
        string journeyId,
        DeliveryState? state = null,
        DateTimeOffset? enteredFrom = null,
        DateTimeOffset? enteredTo = null,
        int? pageSize = null,
        CancellationToken cancellationToken = default)
    {
        Call.Segment(journeyId);
        return WalkAsync(
            (token, cancel) => GetJourneyEntriesAsync(
                journeyId, state: state, enteredFrom: enteredFrom, enteredTo: enteredTo,
                pageSize: pageSize, pageToken: token, cancellationToken: cancel),
            page => page.Entries, page => page.NextPageToken, cancellationToken);
    }

    /// <summary>The attempts to deliver an entry, latest first. Pages are read as you go.</summary>
    /// <param name="pageSize">How many attempts a call reads, 1 to 200; null leaves it to the service.</param>
    /// <exception cref="ArgumentException">The journey or the entry cannot stand in a path.</exception>
    public IAsyncEnumerable<JourneyEntryAttempt> EnumerateJourneyEntryAttemptsAsync(
        string journeyId,
        string entryId,
        int? pageSize = null,
        CancellationToken cancellationToken = default)
    {
        Call.Segment(journeyId);
        Call.Segment(entryId);
        return WalkAsync(
            (token, cancel) => GetJourneyEntryAttemptsAsync(
                journeyId, entryId, pageSize: pageSize, pageToken: token, cancellationToken: cancel),
            page => page.Attempts, page => page.NextPageToken, cancellationToken);
    }

    private static async IAsyncEnumerable<TRecord> WalkAsync<TPage, TRecord>(
        Func<string?, CancellationToken, Task<TPage>> read,
        Func<TPage, IReadOnlyList<TRecord>> records,
        Func<TPage, string?> next,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string? token = null;
        do
        {
            var page = await read(token, cancellationToken).ConfigureAwait(false);
            foreach (var record in records(page))
            {
                yield return record;
            }

            token = next(page);
        }
        while (token is not null);
    }
}
