using System.Net;
using System.Net.Sockets;
using System.Text;
using Flownally.Client;

namespace Flownally.Api.Tests.Sdk;

public sealed class RetryTests
{
    [Test]
    public async Task What_fails_on_its_way_is_repeated_under_its_key_and_recorded_once()
    {
        var network = new BadNetwork(failures: 2);
        var client = await Clients.NewAsync(network);
        var recorded = await client.RecordAsync("ctc_1", "signup.completed", new { });
        using (Assert.EnterMultipleScope())
        {
            Assert.That((network.Calls, recorded.WasReplayed), Is.EqualTo((3, true)));
            Assert.That((await client.GetEventsAsync()).TotalSize, Is.EqualTo(1));
        }
    }

    [Test]
    public async Task What_has_no_key_is_not_repeated()
    {
        var network = new BadNetwork(failures: 1);
        var client = await Clients.NewAsync(network);
        var request = new CreateEventTypeRequest { Name = "order.paid" };
        await Assert.ThrowsAsync<HttpRequestException>(() => client.CreateEventTypeAsync(request));
        Assert.That(network.Calls, Is.EqualTo(1));
    }

    [Test]
    public async Task A_call_as_the_contract_has_it_is_repeated_if_its_body_has_a_key()
    {
        var network = new BadNetwork(failures: 1);
        var client = await Clients.NewAsync(network);
        var request = new CreateContactEventRequest { EventTypeName = "signup.completed", IdempotencyKey = "k" };
        var refusal = await Assert.CatchAsync<FlownallyException>(() => client.CreateContactEventAsync("ctc_1", request));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((refusal!.Problem!.Code, refusal.Problem.SameRequest), Is.EqualTo(("idempotencyKeyExists", true)));
            Assert.That(network.Calls, Is.EqualTo(2));
        }
    }

    [Test]
    public async Task A_refusal_that_lasts_is_told_at_once()
    {
        var network = new Answers((HttpStatusCode.TooManyRequests, "application/problem+json", """{"status":429,"code":"rateLimited"}"""))
        {
            RetryAfter = TimeSpan.FromMinutes(5),
        };
        var refusal = await Assert.CatchAsync<FlownallyException>(() => Clients.Of(network).GetEventsAsync());
        Assert.That((refusal!.Problem!.Code, refusal.RetryAfter), Is.EqualTo(("rateLimited", TimeSpan.FromMinutes(5))));
    }

    [Test]
    public async Task An_answer_that_breaks_off_is_asked_for_again()
    {
        using var server = new TcpListener(IPAddress.Loopback, 0);
        server.Start();
        var answers = AnswerAsync(Answers.Event[..9], Answers.Event);
        var read = await FlownallyClient.Create(new Uri($"http://{server.LocalEndpoint}"), "fln_live_key").GetEventAsync("evt_1");
        await answers;
        Assert.That(read.Id, Is.EqualTo("evt_1"));

        async Task AnswerAsync(params string[] bodies)
        {
            foreach (var body in bodies)
            {
                using var connection = await server.AcceptTcpClientAsync();
                await connection.GetStream().ReadAtLeastAsync(new byte[1], 1);
                await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
                    $"HTTP/1.1 200 OK\r\nContent-Length: {Answers.Event.Length}\r\nConnection: close\r\n\r\n{body}"));
            }
        }
    }
}
