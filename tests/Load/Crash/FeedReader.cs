using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using Dapper;
using Flownally.Application.Feed;
using Flownally.Domain.Events;
using Npgsql;

namespace Flownally.Load.Crash;

/// <summary>
/// Reads the feed as any client would. All it knows of what came before is its <see cref="Reading"/>: another one, at another
/// process, can go on in its place.
/// </summary>
/// <param name="service">A process of the service, another one each time.</param>
internal sealed class FeedReader(HttpClient http, Func<Uri> service, string apiKey, Reading reading)
{
    private const int Wait = 20;
    private const int ShortWait = 1;
    private const string CursorKey = "SELECT key FROM feed_cursor_key";

    /// <summary>After which what was not shown counts as missing.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);
    private static readonly TimeSpan PauseBeforeRetry = TimeSpan.FromMilliseconds(50);

    private string OfType => reading.Type is null ? "" : $"&eventTypeId={reading.Type.Id}";

    /// <summary>Reads until told to stop, whatever breaks off.</summary>
    public Task RunAsync(CancellationToken stopping) => reading.Form == FeedForm.Pages
        ? InsistAsync(() => ReadPageAsync(Wait, stopping), () => true, stopping)
        : InsistAsync(() => ReadStreamAsync(stopping), () => true, stopping);

    /// <summary>Reads on, by pages in any case, until the feed has led past a place. Does not fail where it never does.</summary>
    /// <param name="database">Of the service: it has the key of the cursors, which show a client nothing.</param>
    public async Task CatchUpAsync(FeedPlace end, string database)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        using var cursors = new FeedCursors(await connection.QuerySingleAsync<byte[]>(CursorKey), plainBefore: 0);
        using var patience = new CancellationTokenSource(Patience);
        await InsistAsync(() => ReadPageAsync(ShortWait, patience.Token), () => !HasReached(end, cursors), patience.Token);
    }

    /// <exception cref="HttpRequestException">There was no page, or not a whole one.</exception>
    public async Task ReadPageAsync(int wait, CancellationToken stopping)
    {
        using var message = Message($"cursor={reading.Cursor}&wait={wait}");
        using var response = await AskAsync(message, HttpCompletionOption.ResponseContentRead, stopping);
        var page = await response.Content.ReadFromJsonAsync<JsonElement>(stopping);
        reading.Add(page.GetProperty("events").EnumerateArray().Select(Id), page.GetProperty("nextCursor").GetString()!);
    }

    /// <exception cref="IOException">Always in the end, for a stream has none of its own.</exception>
    private async Task ReadStreamAsync(CancellationToken stopping)
    {
        using var message = Message("");
        message.Headers.Accept.ParseAdd("text/event-stream");
        message.Headers.Add("Last-Event-ID", reading.Cursor);
        using var response = await AskAsync(message, HttpCompletionOption.ResponseHeadersRead, stopping);
        var shown = SseParser.Create(await response.Content.ReadAsStreamAsync(stopping), (_, data) => Id(JsonElement.Parse(data)));
        await foreach (var block in shown.EnumerateAsync(stopping))
        {
            reading.Add([block.Data], block.EventId!);
        }

        throw new EndOfStreamException();
    }

    private async Task InsistAsync(Func<Task> read, Func<bool> goesOn, CancellationToken stopping)
    {
        while (goesOn() && reading.WrongAnswer is null && !stopping.IsCancellationRequested)
        {
            try
            {
                await read();
            }
            catch (Exception exception) when (exception is HttpRequestException or IOException or OperationCanceledException)
            {
                if (!stopping.IsCancellationRequested)
                {
                    reading.Interrupt();
                    await Task.Delay(PauseBeforeRetry, CancellationToken.None);
                }
            }
        }
    }

    private HttpRequestMessage Message(string query) => new(HttpMethod.Get, new Uri(service(), $"/v1/events/feed?{query}{OfType}"))
    {
        Headers = { Authorization = new AuthenticationHeaderValue("Bearer", apiKey) },
    };

    private async Task<HttpResponseMessage> AskAsync(HttpRequestMessage message, HttpCompletionOption completion, CancellationToken stopping)
    {
        var response = await http.SendAsync(message, completion, stopping);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            return response;
        }

        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(stopping);
            if ((response.StatusCode, JsonElement.Parse(text).GetProperty("code").GetString()) != (HttpStatusCode.ServiceUnavailable, "databaseUnavailable"))
            {
                reading.GiveUp($"{(int)response.StatusCode} {text}");
            }

            throw new HttpRequestException(text);
        }
    }

    private bool HasReached(FeedPlace end, FeedCursors cursors) =>
        cursors.TryRead(reading.Cursor, out var place) && place is { } reached && !reached.IsBefore(end);

    private static EventId Id(JsonElement shown) => EventId.Parse(shown.GetProperty("id").GetString()!);
}
