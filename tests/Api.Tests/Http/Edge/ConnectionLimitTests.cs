using System.Net;
using System.Net.Sockets;
using System.Text;
using Flownally.Api.Http.Edge;
using Flownally.Api.Tests.CommandLine;

namespace Flownally.Api.Tests.Http.Edge;

public sealed class ConnectionLimitTests
{
    private const int OpenFiles = 400;

    private static readonly byte[] Request = Encoding.ASCII.GetBytes("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("flownally-connections-");

    [OneTimeSetUp]
    public void Open() => File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_101_101);

    [OneTimeTearDown]
    public void Clean() => _temporary.Delete(recursive: true);

    [TestCase(256, 32)]
    [TestCase(400, 50)]
    [TestCase(877, 109)]
    [TestCase(878, 110)]
    [TestCase(1024, 256)]
    [TestCase(1_048_576, 1_047_808)]
    public void Files_that_the_process_needs_itself_are_kept(long openFiles, long connections) =>
        Assert.That(ConnectionLimit.MaxConnections(openFiles), Is.EqualTo(connections));

    [Test]
    [Platform("Linux")]
    public async Task More_connections_than_the_process_may_open_files_end_neither_it_nor_its_database()
    {
        string[] command = ["bash", "-c", $"ulimit -n {OpenFiles}; exec \"$0\" \"$@\"", Path.Combine(RunningService.Root.FullName, "run"),
            "--port", "0", "--json", "--data", _temporary.FullName];
        await using var service = await RunningService.RunAsync(_temporary, command);
        var server = DatabaseProcess();
        List<Socket> connections = [];
        try
        {
            var address = new IPEndPoint(IPAddress.Loopback, new Uri(service.Url).Port);
            for (var i = 0; i < 2 * OpenFiles; i++)
            {
                var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveTimeout = 30_000 };
                connections.Add(socket);
                try
                {
                    await socket.ConnectAsync(address);
                }
                catch (SocketException)
                {
                    // closed before the handshake was seen
                }
            }

            Assert.That(connections.Count(IsAnswered), Is.EqualTo(ConnectionLimit.MaxConnections(OpenFiles)));
        }
        finally
        {
            connections.ForEach(connection => connection.Dispose());
        }

        using var http = new HttpClient();
        Assert.That(async () => (await http.GetAsync(new Uri($"{service.Url}/health/ready"))).StatusCode, Is.EqualTo(HttpStatusCode.OK).After(20_000, 100));
        Assert.That(DatabaseProcess(), Is.EqualTo(server));
        Assert.That(await service.InterruptAsync(), Is.Zero);
        Assert.That(service.Log, Has.None.Contains("PostgreSQL had stopped").And.Exactly(1).Contains("New ones are closed"));

        string DatabaseProcess() => File.ReadLines(Path.Combine(_temporary.FullName, "postgres/postmaster.pid")).First();
    }

    private static bool IsAnswered(Socket connection)
    {
        try
        {
            connection.Send(Request);
            return connection.Receive(new byte[1]) == 1;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
