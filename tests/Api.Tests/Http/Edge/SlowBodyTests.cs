using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Flownally.Api.Http.Authentication;
using Flownally.Api.Http.Binding;
using Flownally.Api.Http.Json;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Options;
using BadHttpRequestException = Microsoft.AspNetCore.Http.BadHttpRequestException;

namespace Flownally.Api.Tests.Http.Edge;

/// <summary>Bodies that come slowly, or break off.</summary>
public sealed class SlowBodyTests
{
    private const string Event = """{"eventTypeName":"signup.completed"}""";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private readonly FakeLoggerProvider _log = new();
    private WebApplication _app = null!;
    private string _key = null!;

    [OneTimeSetUp]
    public async Task Start()
    {
        _app = ApiHost.Build(Service.ConnectionString, "http://127.0.0.1:0");
        _app.Services.GetRequiredService<ILoggerFactory>().AddProvider(_log);

        // The least that the server takes, so that nobody waits long.
        _app.Services.GetRequiredService<IOptions<KestrelServerOptions>>().Value.Limits.MinRequestBodyDataRate = new MinDataRate(240, TimeSpan.FromSeconds(1.01));
        await _app.StartAsync();
        _key = (await Service.NewWorkspaceAsync()).Key;
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
        _log.Dispose();
    }

    [TestCase("Content-Length: 500", Event, "")]
    [TestCase("Content-Length: 500", Event, " ")]
    [TestCase("Transfer-Encoding: chunked", "100\r\n" + Event, "")]
    [TestCase("Transfer-Encoding: chunked", "", "1\r\n \r\n")]
    public async Task A_body_that_comes_too_slowly_is_refused(string header, string body, string drop)
    {
        using var client = await SendAsync($"{header}\r\nConnection: close", body);
        using var reader = new StreamReader(client.GetStream());
        var answer = reader.ReadToEndAsync();
        while (drop.Length > 0 && await Task.WhenAny(answer, Task.Delay(100)) != answer)
        {
            try
            {
                await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(drop));
            }
            catch (IOException)
            {
                break; // the service has closed the connection
            }
        }

        var text = await answer.WaitAsync(Patience);
        var problem = JsonNode.Parse(text[text.IndexOf('{', StringComparison.Ordinal)..(text.LastIndexOf('}') + 1)])!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(text, Does.StartWith("HTTP/1.1 408 ").And.Contain("Content-Type: application/problem+json"));
            Assert.That(((int)problem["status"]!, (string)problem["code"]!, (string)problem["type"]!), Is.EqualTo((408, "requestTimeout", "/problems/requestTimeout")));
        }
    }

    [Test]
    public async Task A_sender_that_goes_away_is_no_failure_of_the_service()
    {
        await using var app = ApiHost.Build(Service.ConnectionString, "http://127.0.0.1:0");
        using var log = new FakeLoggerProvider();
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        await app.StartAsync();
        foreach (var n in Enumerable.Range(0, 40))
        {
            using var client = await SendAsync(n % 2 == 0 ? "Content-Length: 500" : "Transfer-Encoding: chunked", n % 2 == 0 ? Event : "100\r\n" + Event, app);
            client.LingerState = new LingerOption(n % 4 < 2, 0); // half of them reset the connection
        }

        await app.StopAsync(); // which waits for the calls
        Assert.That(log.Collector.GetSnapshot().Where(line => line.Level >= LogLevel.Warning).Select(line => line.Message), Is.Empty);
    }

    /// <summary>The server tells of a lost connection before it cancels the call, so the cancellation must not look like a failure.</summary>
    [Test]
    public void A_body_that_breaks_off_before_the_call_is_cancelled_is_a_broken_request()
    {
        var call = new DefaultHttpContext
        {
            RequestServices = _app.Services,
            User = new CallerPrincipal(Caller.Operator(new TenantId(Guid.Empty))),
        };
        call.Request.ContentType = "application/json";
        call.Request.Body = new BrokenBody();
        call.Features.Set<IHttpMaxRequestBodySizeFeature>(new NoLimit());
        var context = new InputFormatterContext(call, "", new ModelStateDictionary(), new EmptyModelMetadataProvider().GetMetadataForType(typeof(string)),
            (stream, encoding) => new StreamReader(stream, encoding));
        Assert.That(() => new StrictJsonInputFormatter(ApiJson.Options).ReadAsync(context),
            Throws.TypeOf<BadHttpRequestException>().With.Property(nameof(BadHttpRequestException.StatusCode)).EqualTo(400));
    }

    private async Task<TcpClient> SendAsync(string headers, string body, WebApplication? app = null)
    {
        var url = new Uri((app ?? _app).Urls.Single());
        var client = new TcpClient();
        await client.ConnectAsync(url.Host, url.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes("POST /v1/contacts/ctc_1/events HTTP/1.1\r\nHost: localhost\r\n"
            + $"Content-Type: application/json\r\nAuthorization: Bearer {_key}\r\n{headers}\r\n\r\n{body}"));
        return client;
    }

    private sealed class BrokenBody : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new TaskCanceledException();
    }

    private sealed class NoLimit : IHttpMaxRequestBodySizeFeature
    {
        public bool IsReadOnly => true;

        public long? MaxRequestBodySize { get; set; }
    }
}
