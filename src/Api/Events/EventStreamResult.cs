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
/// Writes the feed as Server-Sent Events (https://html.spec.whatwg.org/multipage/server-sent-events.html). An empty page is an id
/// without data, which a client remembers and does not show; the framework's own formatter would show it as an empty event.
/// Where the stream cannot go on it ends: its client comes again and is told why.
/// </summary>
internal sealed class EventStreamResult(FollowedFeed feed, IMediator mediator) : IActionResult
{
    public async Task ExecuteResultAsync(ActionContext context)
    {
        var http = context.HttpContext;
        var json = http.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.JsonSerializerOptions;
        http.Response.ContentType = AnswersEventStreamAttribute.MediaType;
        http.Response.Headers["X-Accel-Buffering"] = "no"; // nginx would collect what is small
        http.Features.GetRequiredFeature<IHttpResponseBodyFeature>().DisableBuffering();
        if (HttpMethods.IsHead(http.Request.Method))
        {
            return; // an answer without a body has an end
        }

        try
        {
            var again = new Authenticate(http.Request.Headers.Authorization, AddressBlock.Of(http.Connection.RemoteIpAddress));
            await foreach (var page in feed.Pages)
            {
                if (!(await mediator.Send(again, http.RequestAborted)).IsSuccess)
                {
                    return;
                }

                Write(http.Response.BodyWriter, page, json);
                await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
            }
        }
        catch (DatabaseUnavailableException)
        {
            // The response has begun, so that no problem can be answered any more.
        }
    }

    private void Write(PipeWriter body, FeedPage page, JsonSerializerOptions json)
    {
        foreach (var (place, recorded) in page.Events)
        {
            Encoding.ASCII.GetBytes($"id: {feed.Cursors.Write(place)}\ndata: ", body);
            body.Write(JsonSerializer.SerializeToUtf8Bytes(recorded, json)); // one line, since payloads are stored without whitespace
            body.Write("\n\n"u8);
        }

        if (page.Events.Count == 0)
        {
            Encoding.ASCII.GetBytes($"id: {feed.Cursors.Write(page.Next)}\n\n", body);
        }
    }
}
