using Flownally.Api.Tests.Journeys;
using Flownally.Client;
using Microsoft.AspNetCore.Http;

namespace Flownally.Api.Tests.Sdk;

public sealed class RedirectTests
{
    [Test]
    public async Task A_redirect_is_told_with_the_address_to_set_and_not_followed(
        [Values] bool isInjected, [Values(301, 302, 303, 307, 308)] int status, [Values("", "/flownally")] string path)
    {
        await using var moved = await Receiver.StartAsync();
        var service = $"http://127.0.0.1:{moved.Port}{path}";
        await using var old = await RedirectingAsync(status, service);
        var client = NewClient(isInjected, old);
        var refusal = await Assert.CatchAsync<FlownallyException>(() => client.RecordAsync("ctc_1", "order.paid", new { }));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal!.Message, Is.EqualTo(
                $"The service answered {status} to {service}/v1/contacts/ctc_1/events; set BaseAddress to {service}/."));
            Assert.That((refusal.Status, refusal.Problem), Is.EqualTo((status, (FlownallyProblem?)null)));
            Assert.That((old.Deliveries.Count, moved.Deliveries.Count), Is.EqualTo((1, 0)));
        }
    }

    [Test]
    public async Task A_redirect_to_another_page_is_told_without_its_query()
    {
        await using var old = await Receiver.StartAsync(http =>
        {
            http.Response.Redirect("/login?from=events");
            return Task.CompletedTask;
        });
        var refusal = await Assert.CatchAsync<FlownallyException>(() => NewClient(isInjected: true, old).GetEventsAsync());
        Assert.That(refusal!.Message, Is.EqualTo($"The service answered 302 to http://127.0.0.1:{old.Port}/login; check BaseAddress."));
    }

    [TestCase(200)]
    [TestCase(401)]
    public async Task A_redirect_that_an_HttpClient_of_ones_own_has_followed_is_told(int status)
    {
        await using var moved = await Receiver.StartAsync(http =>
        {
            http.Response.StatusCode = status;
            return http.Response.WriteAsync("{}");
        });
        var service = $"http://127.0.0.1:{moved.Port}";
        await using var old = await RedirectingAsync(301, service);
        using var http = new HttpClient
        {
            BaseAddress = AddressOf(old),
            DefaultRequestHeaders = { Authorization = new("Bearer", "fln_live_key") },
        };
        var refusal = await Assert.CatchAsync<FlownallyException>(() => new FlownallyClient(http).GetEventsAsync(pageSize: 1));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(refusal!.Message, Is.EqualTo(
                $"The call was redirected to {service}/v1/events, without its key; set BaseAddress to {service}/."));
            Assert.That(refusal.Status, Is.EqualTo(status));
            Assert.That(moved.Deliveries.Single().Headers.Authorization, Is.Empty);
        }
    }

    private static FlownallyClient NewClient(bool isInjected, Receiver service) =>
        isInjected ? Clients.New(AddressOf(service), "fln_live_key") : FlownallyClient.Create(AddressOf(service), "fln_live_key");

    private static Uri AddressOf(Receiver service) => new($"http://127.0.0.1:{service.Port}");

    private static Task<Receiver> RedirectingAsync(int status, string service) => Receiver.StartAsync(http =>
    {
        http.Response.StatusCode = status;
        http.Response.Headers.Location = $"{service}{http.Request.Path}{http.Request.QueryString}";
        return Task.CompletedTask;
    });
}
