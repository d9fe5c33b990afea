using System.Text.Json.Nodes;

namespace Flownally.Api.Tests.Feed;

/// <summary>Reads Server-Sent Events line by line, so that tests see what a client of the standard keeps to itself.</summary>
internal sealed class EventStream : IDisposable
{
    private readonly HttpResponseMessage _response;
    private readonly StreamReader _lines;

    private EventStream(HttpResponseMessage response, Stream body) => (_response, _lines) = (response, new StreamReader(body));

    public HttpResponseMessage Response => _response;

    public static async Task<EventStream> OpenAsync(Workspace workspace, string query = "", string? lastEventId = null)
    {
        var response = await workspace.OpenAsync(Request(query, lastEventId));
        Assert.That((int)response.StatusCode, Is.EqualTo(200));
        return new EventStream(response, await response.Content.ReadAsStreamAsync());
    }

    public static HttpRequestMessage Request(string query = "", string? lastEventId = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"{FeedReading.Path}?{query}") { Headers = { { "Accept", "text/event-stream" } } };
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        return request;
    }

    /// <summary>The next block of lines; null at the end of the stream.</summary>
    public async Task<StreamedEvent?> NextAsync()
    {
        string? id = null;
        JsonNode? data = null;
        while (await _lines.ReadLineAsync().WaitAsync(FeedReading.Patience) is { } line)
        {
            if (line.Length == 0)
            {
                return new StreamedEvent(id!, data);
            }

            var (name, value) = line.Split(": ", 2) switch { var parts => (parts[0], parts[1]) };
            switch (name)
            {
                case "id":
                    id = value;
                    break;
                case "data":
                    data = JsonNode.Parse(value);
                    break;
                default:
                    throw new FormatException(line);
            }
        }

        return null;
    }

    /// <summary>The next events, so many, past heartbeats.</summary>
    public async Task<IReadOnlyList<StreamedEvent>> NextAsync(int events)
    {
        List<StreamedEvent> met = [];
        while (met.Count < events)
        {
            var next = await NextAsync() ?? throw new EndOfStreamException($"after {met.Count} of {events} events");
            if (next.Event is not null)
            {
                met.Add(next);
            }
        }

        return met;
    }

    /// <summary>Reads to the end of the stream.</summary>
    public async Task EndAsync()
    {
        for (var end = TimeProvider.System.GetUtcNow() + FeedReading.Patience; await NextAsync() is not null;)
        {
            Assert.That(TimeProvider.System.GetUtcNow(), Is.LessThan(end), "the stream goes on");
        }
    }

    public void Dispose()
    {
        _lines.Dispose();
        _response.Dispose();
    }
}

/// <param name="Event">Null for a heartbeat.</param>
internal sealed record StreamedEvent(string Id, JsonNode? Event);
