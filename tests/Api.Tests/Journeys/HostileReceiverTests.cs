using System.Diagnostics;
using System.Text;
using Flownally.Application.Journeys.Delivery;
using Flownally.Domain.Journeys;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http;

namespace Flownally.Api.Tests.Journeys;

/// <summary>A receiver can cost the sender only so much time and memory, whatever it does.</summary>
public sealed class HostileReceiverTests
{
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(300);

    /// <summary>Far beyond what anything here takes, and far below what it would take without bounds.</summary>
    private static readonly TimeSpan Bound = TimeSpan.FromSeconds(8);

    [Test]
    public async Task An_answer_that_does_not_come_is_not_waited_for()
    {
        await using var receiver = await Receiver.StartAsync(GoneAsync);
        Assert.That(await OutcomeAsync(receiver), Is.EqualTo(Webhooks.Failed(DeliveryError.Timeout)));
    }

    [Test]
    public async Task Headers_that_come_slowly_are_not_waited_for()
    {
        await using var receiver = await Receiver.StartRawAsync(connection => RepeatAsync(connection, "HTTP/1.1 200 OK\r\nx: ", "x", TimeSpan.FromMilliseconds(20)));
        Assert.That(await OutcomeAsync(receiver), Is.EqualTo(Webhooks.Failed(DeliveryError.Timeout)));
    }

    [Test]
    public async Task An_answer_that_is_announced_forever_is_not_waited_for()
    {
        await using var receiver = await Receiver.StartRawAsync(connection => RepeatAsync(connection, "", "HTTP/1.1 103 Early Hints\r\n\r\n", TimeSpan.Zero));
        Assert.That(await OutcomeAsync(receiver), Is.EqualTo(Webhooks.Failed(DeliveryError.BadAnswer)));
    }

    [Test]
    public async Task Headers_without_end_are_not_read()
    {
        await using var receiver = await Receiver.StartRawAsync(connection => RepeatAsync(connection, "HTTP/1.1 200 OK\r\n", "x: x\r\n", TimeSpan.Zero));
        Assert.That(await OutcomeAsync(receiver, Bound), Is.EqualTo(Webhooks.Failed(DeliveryError.BadAnswer)));
    }

    [TestCase(15, true)]
    [TestCase(16, false)]
    [TestCase(17, false)]
    public async Task Headers_are_bounded(int kibibytes, bool fits)
    {
        await using var receiver = await Receiver.StartAsync(http =>
        {
            http.Response.Headers["x"] = new string('x', kibibytes * 1024);
            return Task.CompletedTask;
        });
        Assert.That(
            await OutcomeAsync(receiver, Bound),
            Is.EqualTo(fits ? new WebhookOutcome.Delivered(200) : Webhooks.Failed(DeliveryError.BadAnswer)));
    }

    [TestCase(200)]
    [TestCase(500)]
    public async Task A_body_without_end_is_left_and_its_connection_closed(int status)
    {
        var (sent, left) = (0L, new TaskCompletionSource());
        await using var receiver = await Receiver.StartRawAsync(async connection =>
        {
            await connection.Transport.Input.ReadAsync();
            await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status} So\r\nTransfer-Encoding: chunked\r\n\r\n"));
            var chunk = Encoding.ASCII.GetBytes($"4000\r\n{new string('x', 0x4000)}\r\n");
            while (!(await connection.Transport.Output.WriteAsync(chunk)).IsCompleted) // then the connection is closed
            {
                sent += chunk.Length;
            }

            left.SetResult();
        });
        using var sender = Webhooks.NewSender();
        var outcome = await sender.SendAsync(Webhooks.To(receiver.Url()), CancellationToken.None);
        await left.Task.WaitAsync(Bound);
        Assert.That(outcome, Is.EqualTo(status == 200 ? new WebhookOutcome.Delivered(200) : new WebhookOutcome.Refused(500)));
        Assert.That(sent, Is.LessThan(16 * 1024 * 1024), "what fits into the buffers on the way, and no more");
    }

    [Test]
    public async Task A_body_that_comes_slowly_is_left_and_its_connection_closed()
    {
        var left = new TaskCompletionSource();
        await using var receiver = await Receiver.StartAsync(async http =>
        {
            await http.Response.WriteAsync("x");
            await http.Response.Body.FlushAsync();
            await GoneAsync(http);
            left.SetResult();
        });
        using var sender = Webhooks.NewSender(with: handler => handler.ResponseDrainTimeout = Short);
        Assert.That(await sender.SendAsync(Webhooks.To(receiver.Url()), CancellationToken.None), Is.EqualTo(new WebhookOutcome.Delivered(200)));
        await left.Task.WaitAsync(Bound);
    }

    [Test]
    public async Task A_body_is_not_unpacked()
    {
        await using var receiver = await Receiver.StartAsync(http =>
        {
            http.Response.Headers.ContentEncoding = "gzip";
            return http.Response.WriteAsync("This is not gzip.");
        });
        Assert.That(await OutcomeAsync(receiver, Bound), Is.EqualTo(new WebhookOutcome.Delivered(200)));
        Assert.That(receiver.Deliveries.Single().Headers.AcceptEncoding, Is.Empty);
    }

    [Test]
    public async Task What_is_not_HTTP_is_told_apart()
    {
        await using var receiver = await Receiver.StartRawAsync(connection => RepeatAsync(connection, "", "SSH-2.0-OpenSSH_9.2\r\n", TimeSpan.Zero));
        Assert.That(await OutcomeAsync(receiver, Bound), Is.EqualTo(Webhooks.Failed(DeliveryError.BadAnswer)));
    }

    [Test]
    public async Task A_connection_that_is_closed_without_an_answer_has_failed()
    {
        await using var receiver = await Receiver.StartRawAsync(async connection => await connection.Transport.Input.ReadAsync());
        Assert.That(await OutcomeAsync(receiver, Bound), Is.EqualTo(Webhooks.Failed(DeliveryError.Connection)));
    }

    [Test]
    public async Task A_port_where_nobody_listens_has_failed()
    {
        var receiver = await Receiver.StartAsync();
        var url = receiver.Url();
        await receiver.DisposeAsync();
        using var sender = Webhooks.NewSender();
        Assert.That(await sender.SendAsync(Webhooks.To(url), CancellationToken.None), Is.EqualTo(Webhooks.Failed(DeliveryError.Connection)));
    }

    [Test]
    public async Task Connecting_is_bounded_from_the_name_on()
    {
        using var sender = Webhooks.NewSender(
            resolve: async (_, cancellationToken) =>
            {
                await Task.Delay(Timeout.Infinite, cancellationToken);
                return [];
            },
            with: handler => handler.ConnectTimeout = Short);
        var outcome = await sender.SendAsync(Webhooks.To(new Uri("http://receiver.test")), CancellationToken.None).WaitAsync(Bound);
        Assert.That(outcome, Is.EqualTo(Webhooks.Failed(DeliveryError.Timeout)));
    }

    [Test]
    public async Task A_host_gets_256_connections_at_most()
    {
        await using var receiver = await Receiver.StartAsync(http => Task.Delay(100, http.RequestAborted));
        using var sender = Webhooks.NewSender();
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 600).Select(_ => sender.SendAsync(Webhooks.To(receiver.Url()), CancellationToken.None)));
        Assert.That(outcomes, Is.All.EqualTo(new WebhookOutcome.Delivered(200)));
        Assert.That(receiver.Connections, Is.InRange(2, 256));
    }

    [Test]
    public async Task Cancellation_is_thrown_and_soon()
    {
        await using var receiver = await Receiver.StartAsync(GoneAsync);
        using var sender = Webhooks.NewSender();
        using var cancelled = new CancellationTokenSource(Short);
        var started = Stopwatch.GetTimestamp();
        await Assert.ThatAsync(() => sender.SendAsync(Webhooks.To(receiver.Url()), cancelled.Token), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(Stopwatch.GetElapsedTime(started), Is.LessThan(Bound));
    }

    private static async Task<WebhookOutcome> OutcomeAsync(Receiver receiver, TimeSpan? timeout = null)
    {
        using var sender = Webhooks.NewSender(timeout: timeout ?? Short);
        return await sender.SendAsync(Webhooks.To(receiver.Url()), CancellationToken.None).WaitAsync(Bound + Bound);
    }

    private static async Task GoneAsync(HttpContext http) =>
        await Task.Delay(Timeout.Infinite, http.RequestAborted).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

    /// <summary>Says one thing, and then another until the sender has gone.</summary>
    private static async Task RepeatAsync(ConnectionContext connection, string once, string again, TimeSpan pause)
    {
        await connection.Transport.Input.ReadAsync();
        await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(once));
        while (!connection.ConnectionClosed.IsCancellationRequested
            && !(await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(again))).IsCompleted)
        {
            await Task.Delay(pause);
        }
    }
}
