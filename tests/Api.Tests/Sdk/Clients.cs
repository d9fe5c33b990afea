using System.Net;
using System.Text;
using Flownally.Client;
using Microsoft.Extensions.DependencyInjection;

namespace Flownally.Api.Tests.Sdk;

/// <summary>Clients as programs make them.</summary>
internal static class Clients
{
    private static readonly Uri Nowhere = new("https://events.example.com/");

    /// <summary>A client of a new workspace of the service.</summary>
    /// <param name="network">What stands between the client and the service; null for nothing.</param>
    public static async Task<FlownallyClient> NewAsync(HttpMessageHandler? network = null)
    {
        var workspace = await Service.NewWorkspaceAsync();
        return New(Service.Url, await Service.NewKeyAsync(workspace.Tenant, Domain.ApiKeys.Role.Agent, Domain.ApiKeys.Scopes.All), network);
    }

    /// <summary>A client that gets its answers from elsewhere.</summary>
    public static FlownallyClient Of(HttpMessageHandler network, Uri? address = null) => New(address ?? Nowhere, "fln_live_key", network);

    public static FlownallyClient New(Uri address, string key, HttpMessageHandler? network = null)
    {
        var services = new ServiceCollection();
        var http = services.AddFlownallyClient(options => (options.BaseAddress, options.ApiKey) = (address, key));
        if (network is not null)
        {
            http.ConfigurePrimaryHttpMessageHandler(() => network);
        }

        return services.BuildServiceProvider().GetRequiredService<FlownallyClient>();
    }
}

/// <summary>Gives these answers, one a call, and keeps what was asked; a call beyond them is a mistake of the test.</summary>
internal sealed class Answers(params (HttpStatusCode Status, string Type, string Body)[] answers) : HttpMessageHandler
{
    /// <summary>An event with the members that every service sends, and no others.</summary>
    public const string Event = """
        {"id":"evt_1","tenantId":"tn_1","contactId":"ctc_1","eventTypeId":"evt-type_1","eventTypeName":"order.paid","schemaVersion":1,
        "payload":{},"occurredAt":"2026-01-01T00:00:00Z","createdAt":"2026-01-01T00:00:00Z"}
        """;

    public List<(Uri Address, string Body)> Calls { get; } = [];

    public TimeSpan? RetryAfter { get; init; }

    public static Answers Json(params string[] bodies) => new([.. bodies.Select(body => (HttpStatusCode.OK, "application/json", body))]);

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        Calls.Add((request.RequestUri!, request.Content is null ? "" : await request.Content.ReadAsStringAsync(cancellationToken)));
        var (status, type, body) = answers[Calls.Count - 1];
        var response = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, type) };
        response.Headers.RetryAfter = RetryAfter is { } pause ? new(pause) : null;
        return response;
    }
}

/// <summary>Lets the first calls reach the service and loses their answers.</summary>
internal sealed class BadNetwork(int failures) : DelegatingHandler(new SocketsHttpHandler())
{
    public int Calls { get; private set; }

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var answer = await base.SendAsync(request, cancellationToken);
        return ++Calls <= failures ? throw new HttpRequestException("The connection was lost.") : answer;
    }
}
