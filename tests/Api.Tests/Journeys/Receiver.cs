using System.Collections.Concurrent;
using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace Flownally.Api.Tests.Journeys;

/// <summary>A receiver of webhooks, on a port of its own; it keeps what it was sent, and counts connections.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication _app;
    private int _connections;

    private Receiver(Action<KestrelServerOptions, Action<ListenOptions>> listen, Action<ListenOptions> speak, RequestDelegate answer)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel(server => listen(server, options =>
        {
            options.Use(next => connection =>
            {
                Interlocked.Increment(ref _connections);
                return next(connection);
            });
            speak(options);
        }));
        _app = builder.Build();
        _app.Run(async http =>
        {
            using var body = new MemoryStream();
            await http.Request.Body.CopyToAsync(body, http.RequestAborted);
            Deliveries.Enqueue(new Delivery(http.Request.Method, http.Request.Path, new HeaderDictionary(http.Request.Headers.ToDictionary()), body.ToArray()));
            await answer(http);
        });
    }

    public ConcurrentQueue<Delivery> Deliveries { get; } = new();

    public int Connections => Volatile.Read(ref _connections);

    public int Port => new Uri(_app.Urls.Single()).Port;

    /// <summary>Answers each request; the default is 200 and nothing more.</summary>
    public static Task<Receiver> StartAsync(RequestDelegate? answer = null, X509Certificate2? certificate = null) => StartAsync(new Receiver(
        (server, options) => server.Listen(IPAddress.Loopback, 0, options),
        options => _ = certificate is null ? options : options.UseHttps(Present(certificate)),
        answer ?? (_ => Task.CompletedTask)));

    /// <summary>Listens on every address of this machine.</summary>
    public static Task<Receiver> StartEverywhereAsync() => StartAsync(new Receiver(
        (server, options) => server.ListenAnyIP(0, options), _ => { }, _ => Task.CompletedTask));

    /// <summary>Says what it likes, which need not be HTTP.</summary>
    public static Task<Receiver> StartRawAsync(Func<ConnectionContext, Task> speak) => StartAsync(new Receiver(
        (server, options) => server.Listen(IPAddress.Loopback, 0, options),
        options => options.Run(connection => speak(connection)),
        _ => Task.CompletedTask));

    public Uri Url(string host = "127.0.0.1", string scheme = "http") => new($"{scheme}://{host}:{Port}/hook?of=flownally");

    public async ValueTask DisposeAsync()
    {
        using var now = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(now.Token);
        await _app.DisposeAsync();
    }

    /// <summary>Presents the certificate as it is, without looking for its issuer itself.</summary>
    private static TlsHandshakeCallbackOptions Present(X509Certificate2 certificate)
    {
        var context = SslStreamCertificateContext.Create(certificate, additionalCertificates: null, offline: true);
        return new() { OnConnection = _ => new(new SslServerAuthenticationOptions { ServerCertificateContext = context }) };
    }

    private static async Task<Receiver> StartAsync(Receiver receiver)
    {
        await receiver._app.StartAsync();
        return receiver;
    }
}

internal sealed record Delivery(string Method, string Path, IHeaderDictionary Headers, byte[] Body);
