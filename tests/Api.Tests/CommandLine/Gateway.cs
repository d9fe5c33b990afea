using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Flownally.Api.Tests.CommandLine;

/// <summary>What becomes of a call on its way.</summary>
internal enum Fate
{
    Passes,

    /// <summary>503, before the service has seen it.</summary>
    Refused,

    /// <summary>The connection ends before the service has seen it.</summary>
    Lost,

    /// <summary>The service has done its work, but the connection ends before the answer.</summary>
    AnswerLost,

    /// <summary>The service has done its work, and the caller waits for the answer for good.</summary>
    AnswerHeld,
}

/// <summary>A gateway before the service, which fails as gateways and networks do.</summary>
internal sealed class Gateway : IAsyncDisposable
{
    private static readonly HttpClient Http = new();

    private readonly WebApplication _app;
    private readonly Func<int, Fate> _fateOf;
    private readonly TaskCompletionSource _held = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _calls;
    private int _largestBody;

    private Gateway(WebApplication app, Func<int, Fate> fateOf) => (_app, _fateOf) = (app, fateOf);

    public string Url => _app.Urls.Single();

    public int Calls => _calls;

    /// <summary>In bytes.</summary>
    public int LargestBody => _largestBody;

    /// <summary>Ends when the first answer is held.</summary>
    public Task Held => _held.Task;

    /// <param name="fateOf">Tells the fate of each call; they are counted from 1.</param>
    public static async Task<Gateway> StartAsync(Func<int, Fate> fateOf)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var gateway = new Gateway(builder.Build(), fateOf);
        gateway._app.Run(gateway.PassAsync);
        await gateway._app.StartAsync();
        return gateway;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task PassAsync(HttpContext context)
    {
        var fate = _fateOf(Interlocked.Increment(ref _calls));
        if (fate == Fate.Refused)
        {
            context.Response.StatusCode = (int)HttpStatusCode.ServiceUnavailable;
            return;
        }

        if (fate == Fate.Lost)
        {
            context.Abort();
            return;
        }

        using var answer = await SendOnAsync(context.Request);
        if (fate == Fate.AnswerLost)
        {
            context.Abort();
            return;
        }

        if (fate == Fate.AnswerHeld)
        {
            _held.TrySetResult();
            await Task.Delay(Timeout.Infinite, context.RequestAborted);
        }

        context.Response.StatusCode = (int)answer.StatusCode;
        context.Response.ContentType = answer.Content.Headers.ContentType!.ToString();
        await answer.Content.CopyToAsync(context.Response.Body);
    }

    private async Task<HttpResponseMessage> SendOnAsync(HttpRequest request)
    {
        using var body = new MemoryStream();
        await request.Body.CopyToAsync(body);
        for (var largest = _largestBody; body.Length > largest; largest = _largestBody)
        {
            Interlocked.CompareExchange(ref _largestBody, (int)body.Length, largest);
        }

        using var passed = new HttpRequestMessage(new HttpMethod(request.Method), new Uri(Service.Url, request.Path))
        {
            Content = new ByteArrayContent(body.ToArray()),
        };
        passed.Headers.TryAddWithoutValidation("Authorization", request.Headers.Authorization.ToString());
        passed.Content.Headers.TryAddWithoutValidation("Content-Type", request.ContentType);
        return await Http.SendAsync(passed);
    }
}
