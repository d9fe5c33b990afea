using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Flownally.Application.Journeys.Delivery;
using Flownally.Domain.Journeys;
using Flownally.Infrastructure.Journeys;
using Flownally.Infrastructure.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Tests.Journeys;

/// <summary>Where a webhook may go, and that it goes nowhere else.</summary>
public sealed class WebhookTargetTests
{
    private static readonly WebhookOutcome Delivered = new WebhookOutcome.Delivered(200);
    private static readonly WebhookOutcome NotAllowed = Webhooks.Failed(DeliveryError.NotPublic);

    [TestCase("127.0.0.1")]
    [TestCase("127.1")]
    [TestCase("2130706433")]
    [TestCase("0x7f000001")]
    [TestCase("0x7f.0.0.1")]
    [TestCase("0177.0.0.1")]
    [TestCase("017700000001")]
    [TestCase("localhost")]
    [TestCase("LOCALHOST")]
    [TestCase("0.0.0.0")]
    [TestCase("0")]
    [TestCase("10.0.0.1")]
    [TestCase("169.254.169.254")]
    [TestCase("[::]")]
    [TestCase("[::1]")]
    [TestCase("[::ffff:127.0.0.1]")]
    [TestCase("[::ffff:7f00:1]")]
    [TestCase("[::127.0.0.1]")]
    [TestCase("[64:ff9b::7f00:1]")]
    [TestCase("[2002:7f00:1::]")]
    [TestCase("[fe80::1]")]
    [TestCase("user:password@127.0.0.1")]
    public async Task Addresses_that_are_not_public_are_not_connected_to(string host)
    {
        await using var receiver = await Receiver.StartEverywhereAsync();
        using var sender = Webhooks.NewSender(PublicAddresses.Contain, Dns.GetHostAddressesAsync);
        var outcomes = new[]
        {
            await sender.SendAsync(Webhooks.To(receiver.Url(host)), CancellationToken.None),
            await sender.SendAsync(Webhooks.To(receiver.Url(host, "https")), CancellationToken.None),
        };
        Assert.That(outcomes, Is.All.EqualTo(NotAllowed));
        Assert.That(receiver.Connections, Is.Zero);
    }

    [TestCase("1.1.1.1", "127.0.0.1")]
    [TestCase("127.0.0.1", "1.1.1.1")]
    [TestCase("2606:4700::1", "::ffff:10.0.0.1")]
    public async Task One_address_that_is_not_public_rules_out_the_host(params string[] addresses)
    {
        await using var receiver = await Receiver.StartEverywhereAsync();
        using var sender = Webhooks.NewSender(PublicAddresses.Contain, Webhooks.Resolving(addresses));
        Assert.That(await sender.SendAsync(Webhooks.To(receiver.Url("receiver.test")), CancellationToken.None), Is.EqualTo(NotAllowed));
        Assert.That(receiver.Connections, Is.Zero);
    }

    [Test]
    public async Task A_name_is_resolved_once_for_a_connection_and_what_was_checked_is_connected_to()
    {
        await using var receiver = await Receiver.StartEverywhereAsync();
        var asked = 0;
        Task<IPAddress[]> Rebinding(string host, CancellationToken cancellationToken) =>
            Task.FromResult<IPAddress[]>([IPAddress.Parse(Interlocked.Increment(ref asked) == 1 ? "127.0.0.1" : "127.0.0.2")]);
        using var sender = Webhooks.NewSender(IPAddress.Loopback.Equals, Rebinding, handler => handler.PooledConnectionLifetime = TimeSpan.Zero);
        var request = Webhooks.To(receiver.Url("receiver.test"));

        Assert.That(await sender.SendAsync(request, CancellationToken.None), Is.EqualTo(Delivered));
        Assert.That((asked, receiver.Connections), Is.EqualTo((1, 1)));

        Assert.That(await sender.SendAsync(request, CancellationToken.None), Is.EqualTo(NotAllowed));
        Assert.That((asked, receiver.Connections), Is.EqualTo((2, 1)));
    }

    [Test]
    public async Task A_connection_is_used_again_and_not_for_long()
    {
        await using var receiver = await Receiver.StartAsync();
        using var sender = Webhooks.NewSender(with: handler => Assert.That(handler.PooledConnectionLifetime, Is.AtMost(TimeSpan.FromMinutes(2))));
        for (var i = 0; i < 10; i++)
        {
            await sender.SendAsync(Webhooks.To(receiver.Url()), CancellationToken.None);
        }

        Assert.That((receiver.Deliveries.Count, receiver.Connections), Is.EqualTo((10, 1)));
    }

    [TestCase("localhost.")]
    [TestCase("127.0.0.1.")]
    public async Task A_dot_at_the_end_says_only_that_a_name_is_complete(string host)
    {
        await using var receiver = await Receiver.StartAsync();
        using var sender = Webhooks.NewSender(IPAddress.IsLoopback, Dns.GetHostAddressesAsync);
        Assert.That(await sender.SendAsync(Webhooks.To(receiver.Url(host)), CancellationToken.None), Is.EqualTo(Delivered));
    }

    [Test]
    public async Task The_next_address_is_tried_where_one_does_not_answer()
    {
        await using var receiver = await Receiver.StartAsync();
        using var sender = Webhooks.NewSender(resolve: Webhooks.Resolving("::1", "127.0.0.1"));
        Assert.That(await sender.SendAsync(Webhooks.To(receiver.Url("receiver.test")), CancellationToken.None), Is.EqualTo(Delivered));
    }

    [Test]
    public async Task A_host_that_is_not_found_is_told_apart()
    {
        using var sender = Webhooks.NewSender(resolve: (_, _) => throw new SocketException((int)SocketError.HostNotFound));
        Assert.That(
            await sender.SendAsync(Webhooks.To(new Uri("http://receiver.test")), CancellationToken.None),
            Is.EqualTo(Webhooks.Failed(DeliveryError.Dns)));
    }

    [TestCase("ftp://127.0.0.1/")]
    [TestCase("file:///etc/hostname")]
    [TestCase("/hook")]
    [TestCase("ws://127.0.0.1/")]
    public async Task Only_http_and_https_are_spoken(string url)
    {
        using var sender = Webhooks.NewSender();
        Assert.That(await sender.SendAsync(Webhooks.To(new Uri(url, UriKind.RelativeOrAbsolute)), CancellationToken.None), Is.EqualTo(NotAllowed));
    }

    [TestCase("http://xn--a/")]
    [TestCase("http://xn--zzzzzzzzzzzz99999999/")]
    [TestCase("http://-a-.test/")]
    [TestCase("http://ａ。test/")]
    [TestCase("http://\ud800.test/")]
    [TestCase("http://a_b:0/")]
    [TestCase("http://[fe80::1%25zone]/")]
    public async Task A_host_that_is_none_is_no_exception(string url)
    {
        using var sender = Webhooks.NewSender(allows: _ => false);
        Assert.That(await sender.SendAsync(Webhooks.To(new Uri(url)), CancellationToken.None), Is.TypeOf<WebhookOutcome.Failed>());
    }

    [TestCase(null, false)]
    [TestCase("false", false)]
    [TestCase("true", true)]
    public async Task A_setting_lets_webhooks_reach_receivers_that_are_not_public(string? setting, bool expected)
    {
        await using var receiver = await Receiver.StartAsync();
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection([new("Journeys:AllowPrivateTargets", setting)])
            .Build();
        await using var services = new ServiceCollection().AddFlownally(configuration, Service.ConnectionString).BuildServiceProvider();
        var outcome = await services.GetRequiredService<IWebhookSender>().SendAsync(Webhooks.To(receiver.Url("localhost")), CancellationToken.None);
        Assert.That(outcome, Is.EqualTo(expected ? Delivered : NotAllowed));
        Assert.That(receiver.Deliveries, Has.Count.EqualTo(expected ? 1 : 0));
    }

    [TestCase("127.0.0.0/8", null, true)]
    [TestCase("10.0.0.0/8, 127.0.0.1/32", null, true)]
    [TestCase("10.0.0.0/8", null, false)]
    [TestCase("127.0.0.0/8", "{0}", true)]
    [TestCase("127.0.0.0/8", "1, {0}", true)]
    [TestCase("127.0.0.0/8", "1", false)]
    public async Task Settings_name_networks_and_ports(string networks, string? ports, bool expected)
    {
        await using var receiver = await Receiver.StartAsync();
        var port = receiver.Url().Port;
        await using var services = Configured(("AllowedNetworks", networks), ("AllowedPorts", ports is null ? null : string.Format(CultureInfo.InvariantCulture, ports, port)));
        var outcome = await services.GetRequiredService<IWebhookSender>().SendAsync(Webhooks.To(receiver.Url("127.0.0.1")), CancellationToken.None);
        Assert.That(outcome, Is.EqualTo(expected ? Delivered : NotAllowed));
        Assert.That(receiver.Connections, Is.EqualTo(expected ? 1 : 0));
    }

    [Test]
    public async Task Each_value_of_a_list_can_be_a_setting_of_its_own()
    {
        await using var services = Configured(("AllowedNetworks:0", "10.0.0.0/8"), ("AllowedNetworks:1", "fd00::/8"), ("AllowedPorts:0", "443"));
        var options = services.GetRequiredService<IOptions<JourneyOptions>>().Value;
        Assert.That(string.Join(' ', options.AllowedNetworks), Is.EqualTo("10.0.0.0/8 fd00::/8"));
        Assert.That(options.AllowedPorts.Single(), Is.EqualTo("443"));
    }

    [TestCase("AllowedNetworks", "10.0.0.0/33")]
    [TestCase("AllowedNetworks", "10.0.0.0/8;11.0.0.0/8")]
    [TestCase("AllowedNetworks", "receiver.test")]
    [TestCase("AllowedPorts", "0")]
    [TestCase("AllowedPorts", "65536")]
    [TestCase("AllowedPorts", "http")]
    public async Task A_wrong_list_is_told_at_the_start(string setting, string value)
    {
        await using var services = Configured((setting, value));
        Assert.That(() => services.GetRequiredService<IStartupValidator>().Validate(),
            Throws.TypeOf<OptionsValidationException>().With.Message.Contains($"Journeys__{setting}"));
    }

    private static ServiceProvider Configured(params (string Name, string? Value)[] settings) => new ServiceCollection()
        .AddFlownally(new ConfigurationBuilder().AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create($"Journeys:{setting.Name}", setting.Value))).Build(), Service.ConnectionString)
        .BuildServiceProvider();
}
