using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Flownally.Api.Http.Binding;
using Flownally.Application;
using Flownally.Application.ApiKeys;
using Flownally.Application.Feed;
using MediatR;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Events;

/// <summary>
/// Writes the feed as Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html). An empty page is an id without
/// data: clients store the id and fire no event. The framework's formatter would send an empty event. If the stream cannot continue, it
/// ends; the client reconnects and gets the reason.
/// </summary>
internal sealed class EventStreamResult(FollowedFeed feed, IMediator mediator) : IActionResult
{
    public async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        var json = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.JsonSerializerOptions;
        http.Response.ContentType = ProducesEventStreamAttribute.MediaType;
        http.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would buffer small writes
        http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return; // a response to HEAD has no body and must end
        }

        try
        {
            var authenticate = new Authenticate(http.Request.Headers.Authorization, AddressBlock.Of(http.Connection.RemoteIpAddress));
            await foreach (var page in feed.Pages)
            {
                if (!(await mediator.Send(authenticate, http.RequestAborted)).IsSuccess)
                {
                    return;
                }

                Write(http.Response.BodyWriter, page, json);
                await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
            }
        }
        catch (DatabaseUnavailableException)
        {
            // The response has started, so a problem cannot be sent.
        }
    }

    private void Write(PipeWriter body, FeedPage page, JsonSerializerOptions json)
    {
        foreach (var (place, recorded) in page.Events)
        {
            Encoding.ASCII.GetBytes($"id: {feed.Cursors.Write(place)}\ndata: ", body);
            body.Write(JsonSerializer.SerializeToUtf8Bytes(recorded, json)); // payloads are stored without whitespace, so this is one line
            body.Write("\n\n"u8);
        }

        if (page.Events.Count == 0)
        {
            Encoding.ASCII.GetBytes($"id: {feed.Cursors.Write(page.Next)}\n\n", body);
        }
    }
}
