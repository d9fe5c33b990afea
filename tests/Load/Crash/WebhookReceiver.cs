using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Flownally.Load.Crash;

/// <summary>
/// A target of webhooks that outlives the service and has bad days: some first attempts it refuses, some it takes long for, and some
/// it takes without an answer. What comes again it accepts.
/// </summary>
internal sealed class WebhookReceiver : IAsyncDisposable
{
    /// <summary>One in so many first attempts is refused, one is cut off, and one takes long.</summary>
    private const int BadDay = 25;

    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(100);

    private readonly byte[] _key = RandomNumberGenerator.GetBytes(32);
    private readonly ConcurrentDictionary<string, bool> _seen = [];
    private readonly Lock _order = new();
    private readonly WebApplication _app;

    private WebhookReceiver()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        _app = builder.Build();
        _app.Run(ReceiveAsync);
    }

    public Uri Url => new(_app.Urls.Single());

    public string Secret => "whsec_" + Convert.ToBase64String(_key);

    /// <summary>Where arrivals are written down; to be set before the first.</summary>
    public JourneyHistory History { get; set; } = new([]);

    public static async Task<WebhookReceiver> StartAsync()
    {
        var receiver = new WebhookReceiver();
        await receiver._app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body, Encoding.UTF8);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        var arrival = Read(http.Request.Headers, body);
        bool first;
        lock (_order)
        {
            first = _seen.TryAdd(arrival.Id, true);
            History.Add(arrival);
        }

        switch (first ? Random.Shared.Next(BadDay) : BadDay)
        {
            case 0:
                http.Response.StatusCode = StatusCodes.Status500InternalServerError;
                break;
            case 1:
                http.Abort();
                break;
            case 2:
                await Task.Delay(Slow, http.RequestAborted);
                break;
        }
    }

    /// <summary>In code that owes nothing to the service (Standard Webhooks 1.0, "Signature scheme").</summary>
    private Arrival Read(IHeaderDictionary headers, string body)
    {
        var id = headers["webhook-id"].ToString();
        var signed = $"{id}.{headers["webhook-timestamp"]}.{body}";
        var signature = "v1," + Convert.ToBase64String(HMACSHA256.HashData(_key, Encoding.UTF8.GetBytes(signed)));
        var data = JsonElement.Parse(body).GetProperty("data");
        return new Arrival(id, Text("journey", "id"), Text("entry", "id"), Text("event", "contactId"), Text("event", "id"), body, headers["webhook-signature"] == signature);

        string Text(string part, string member) => data.GetProperty(part).GetProperty(member).GetString()!;
    }
}
