using System.Globalization;
using ServerTool = Flownally.Infrastructure.EmbeddedPostgres.Tool;

namespace Flownally.Load.Failover;

/// <summary>
/// A network namespace for each of two servers, on a bridge of this machine (ip-netns(8), veth(4)). A server that is cut off runs on, but nothing
/// reaches it or comes from it, and nobody is told.
/// </summary>
internal sealed class Network : IAsyncDisposable
{
    private const int Servers = 2;

    private readonly string _name = string.Create(CultureInfo.InvariantCulture, $"fln{Environment.ProcessId % 1_000_000}");
    private readonly string _subnet = string.Create(CultureInfo.InvariantCulture, $"10.{Random.Shared.Next(200, 250)}.{Random.Shared.Next(1, 250)}");

    private Network()
    {
    }

    /// <summary>Whether this process may make namespaces, and the machine has the program for it.</summary>
    public static async Task<bool> IsPossibleAsync() => Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/ip")
        && (await ServerTool.RunAsync(["unshare", "--net", "true"], CancellationToken.None)).Succeeded;

    public static async Task<Network> OpenAsync()
    {
        var network = new Network();
        try
        {
            await IpAsync("link", "add", network._name, "type", "bridge");
            await IpAsync("address", "add", $"{network._subnet}.254/24", "dev", network._name);
            await IpAsync("link", "set", network._name, "up");
            for (var server = 0; server < Servers; server++)
            {
                var (space, end) = (network.NamespaceOf(server), network.EndOf(server));
                await IpAsync("netns", "add", space);
                await IpAsync("link", "add", end, "type", "veth", "peer", "name", "eth0", "netns", space);
                await IpAsync("link", "set", end, "master", network._name, "up");
                await IpAsync("-n", space, "address", "add", $"{network.AddressOf(server)}/24", "dev", "eth0");
                await IpAsync("-n", space, "link", "set", "eth0", "up");
                await IpAsync("-n", space, "link", "set", "lo", "up");
            }

            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <param name="server">0 or 1.</param>
    public NetworkPlace PlaceOf(int server) => new(this, server, AddressOf(server), $"{_subnet}.0/24", ["ip", "netns", "exec", NamespaceOf(server)]);

    public Task CutOffAsync(int server) => IpAsync("link", "set", EndOf(server), "down");

    public async Task ReconnectAsync(int server)
    {
        await IpAsync("link", "set", EndOf(server), "up");
        await IpAsync("neighbour", "flush", "dev", _name); // else an address that did not answer is unreachable for a while
        for (var any = 0; any < Servers; any++)
        {
            await IpAsync("-n", NamespaceOf(any), "neighbour", "flush", "dev", "eth0");
        }
    }

    /// <summary>No server runs any more.</summary>
    public async ValueTask DisposeAsync()
    {
        for (var server = 0; server < Servers; server++)
        {
            await ServerTool.RunAsync(["ip", "netns", "delete", NamespaceOf(server)], CancellationToken.None);
        }

        await ServerTool.RunAsync(["ip", "link", "delete", _name], CancellationToken.None);
    }

    private string AddressOf(int server) => string.Create(CultureInfo.InvariantCulture, $"{_subnet}.{server + 1}");

    private string NamespaceOf(int server) => string.Create(CultureInfo.InvariantCulture, $"{_name}-{server}");

    private string EndOf(int server) => string.Create(CultureInfo.InvariantCulture, $"{_name}v{server}");

    private static Task<string> IpAsync(params string[] arguments) => ServerTool.RequireAsync(["ip", .. arguments], CancellationToken.None);
}

/// <summary>Where a server runs.</summary>
/// <param name="Subnet">Of both servers, in CIDR notation.</param>
/// <param name="Prefix">What a command begins with that runs there.</param>
internal sealed record NetworkPlace(Network Network, int Server, string Address, string Subnet, string[] Prefix);
