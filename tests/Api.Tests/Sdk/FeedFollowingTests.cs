using System.Net;
using System.Security.Authentication;
using Flownally.Api.Tests.CommandLine;
using Flownally.Client;

namespace Flownally.Api.Tests.Sdk;

public sealed class FeedFollowingTests
{
    [Test]
    public async Task The_feed_is_followed_from_a_cursor_on()
    {
        var client = await Clients.NewAsync();
        var first = await client.RecordAsync("ctc_1", "signup.completed", new { n = 1 });
        await using var pages = client.FollowEventFeedAsync().GetAsyncEnumerator();
        Assert.That((await NextAsync(pages)).Id, Is.EqualTo(first.Id));
        var second = await client.RecordAsync("ctc_1", "purchase.completed", new { total = 129.90m });
        await using var others = client.FollowEventFeedAsync(pages.Current.NextCursor, second.EventTypeId).GetAsyncEnumerator();
        Assert.That((await NextAsync(others)).Id, Is.EqualTo(second.Id));
        Assert.That((await NextAsync(pages)).Id, Is.EqualTo(second.Id));
    }

    [Test]
    public async Task Following_goes_on_through_a_restart_of_the_service()
    {
        var data = Directory.CreateTempSubdirectory("flownally-follow-");
        try
        {
            var service = await RunningService.StartAsync(data);
            var url = new Uri(service.Url);
            var client = FlownallyClient.Create(url, service.Key);
            await using var pages = client.FollowEventFeedAsync().GetAsyncEnumerator();
            await using (service)
            {
                var first = await client.RecordAsync("ctc_1", "signup.completed", new { });
                Assert.That((await NextAsync(pages)).Id, Is.EqualTo(first.Id));
            }

            var next = NextAsync(pages);
            await Task.Delay(TimeSpan.FromSeconds(1)); // long enough for calls to be refused
            string[] words = [$"{RunningService.Root}/run", "--port", $"{url.Port}", "--json", "--data", data.FullName];
            await using var restarted = await RunningService.RunAsync(data, words);
            var second = await client.RecordAsync("ctc_1", "signup.completed", new { });
            Assert.That((await next.WaitAsync(TimeSpan.FromMinutes(1))).Id, Is.EqualTo(second.Id));
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    [Test]
    public async Task Following_waits_as_long_as_a_refusal_says_and_goes_on_at_its_cursor()
    {
        const string Page = $$"""{"events":[{{Answers.Event}}],"nextCursor":"c1"}""";
        var network = new Answers(
            (HttpStatusCode.OK, "application/json", Page),
            (HttpStatusCode.TooManyRequests, "application/problem+json", """{"status":429,"code":"rateLimited"}"""),
            (HttpStatusCode.ServiceUnavailable, "text/plain", ""),
            (HttpStatusCode.OK, "application/json", Page))
        {
            RetryAfter = TimeSpan.FromSeconds(1),
        };
        var begun = TimeProvider.System.GetTimestamp();
        await foreach (var page in Clients.Of(network).FollowEventFeedAsync("c0", pageSize: 7).Take(2))
        {
            Assert.That(page.NextCursor, Is.EqualTo("c1"));
        }

        Assert.That(TimeProvider.System.GetElapsedTime(begun), Is.GreaterThan(TimeSpan.FromSeconds(1.9)));
        Assert.That(network.Calls.Select(call => call.Address.Query), Is.EqualTo(
        [
            "?cursor=c0&pageSize=7&wait=30",
            "?cursor=c1&pageSize=7&wait=30",
            "?cursor=c1&pageSize=7&wait=30",
            "?cursor=c1&pageSize=7&wait=30",
        ]));
    }

    [Test]
    public async Task Following_ends_with_a_refusal_that_no_waiting_changes()
    {
        var client = await Clients.NewAsync();
        var refusal = await Assert.CatchAsync<FlownallyException>(async () => await client.FollowEventFeedAsync("no cursor").FirstAsync());
        Assert.That(refusal!.Problem!.Code, Is.EqualTo("cursorInvalid"));
    }

    [Test]
    public async Task Following_a_service_that_is_away_ends_when_it_is_cancelled()
    {
        using var cancellation = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        var client = FlownallyClient.Create(new Uri("http://127.0.0.1:1"), "fln_live_key");
        var pages = client.FollowEventFeedAsync(cancellationToken: cancellation.Token);
        await Assert.CatchAsync<OperationCanceledException>(async () => await pages.FirstAsync());
    }

    [Test]
    public async Task Following_ends_where_a_certificate_is_not_trusted()
    {
        using var http = new HttpClient(new UntrustedCertificate()) { BaseAddress = new Uri("https://events.example.com") };
        await Assert.CatchAsync<HttpRequestException>(async () => await new FlownallyClient(http).FollowEventFeedAsync().FirstAsync());
    }

    private static async Task<Event> NextAsync(IAsyncEnumerator<FeedResponse> pages)
    {
        while (await pages.MoveNextAsync() && pages.Current.Events.Count == 0)
        {
        }

        return pages.Current.Events.Single();
    }

    private sealed class UntrustedCertificate : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            throw new HttpRequestException("The SSL connection could not be established.", new AuthenticationException());
    }
}
