using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Flownally.Api.Tests.Feed;
using Flownally.Application.Retention;
using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Infrastructure.Postgres;
using Flownally.Load.Failover;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Flownally.Api.Tests.Postgres;

/// <summary>A real pgbouncer between the service and PostgreSQL.</summary>
public sealed class PoolerTests
{
    private static readonly HttpClient Http = new();

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("flownally-pooler-");

    [OneTimeSetUp]
    public void Open() => File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_101_101);

    [OneTimeTearDown]
    public void Clean() => _temporary.Delete(recursive: true);

    [Test]
    public async Task Through_a_pooler_of_sessions_all_works_as_without()
    {
        var direct = await DatabaseTests.NewDatabaseAsync("pooled_sessions");
        await Migrator.MigrateAsync(direct, CancellationToken.None);
        await using var pooler = await PoolerAsync("session", direct);
        await using var service = await OwnService.StartOnAsync(pooler.ConnectionString);
        var ids = (await Task.WhenAll(Enumerable.Range(0, 200).Select(i => service.Workspace.RecordedAsync($"ctc_{i}")))).Select(e => (string)e["id"]!);
        Assert.That((await service.Workspace.ReadFeedAsync(200)).Events.Ids(), Is.EquivalentTo(ids));
    }

    [Test]
    public async Task Through_a_pooler_of_sessions_journeys_react_and_months_are_looked_after()
    {
        var direct = await DatabaseTests.NewDatabaseAsync("pooled_journeys");
        await Migrator.MigrateAsync(direct, CancellationToken.None);
        await using var pooler = await PoolerAsync("session", direct);
        await using var service = await OwnService.StartOnAsync(pooler.ConnectionString);
        var type = (await service.Workspace.GetAsync("/v1/event-types")).Json["eventTypes"]!.AsArray().Single(type => (string)type!["name"]! == "signup.completed")!;
        var journey = (await service.Workspace.PostAsync("/v1/journeys", $$"""{"name":"Welcome","entryMode":"once","triggerConfig":{"eventTypeId":"{{type["id"]}}"} }""")).Json;
        await service.Workspace.PostAsync($"/v1/journeys/{journey["id"]}/activate", "");
        await service.Workspace.RecordedAsync("ctc_1");
        for (var end = TimeProvider.System.GetUtcNow().AddSeconds(20); (await EntriesAsync()).Count == 0; await Task.Delay(50))
        {
            Assert.That(TimeProvider.System.GetUtcNow(), Is.LessThan(end), "No journey reacts.");
        }

        Assert.That(await service.Services.GetRequiredService<IRetention>().ListAsync(CancellationToken.None), Is.Empty);

        async Task<JsonArray> EntriesAsync() => (await service.Workspace.GetAsync($"/v1/journeys/{journey["id"]}/entries")).Json["entries"]!.AsArray();
    }

    [Test]
    public async Task Behind_a_pooler_of_transactions_the_service_is_not_ready_and_says_why()
    {
        var direct = await DatabaseTests.NewDatabaseAsync("pooled_transactions");
        await Migrator.MigrateAsync(direct, CancellationToken.None);
        await using var pooler = await PoolerAsync("transaction", direct);
        await using var app = ApiHost.Build(pooler.ConnectionString, "http://127.0.0.1:0");
        await app.StartAsync();
        using var ready = await Http.GetAsync(new Uri($"{app.Urls.Single()}/health/ready"));
        Assert.That((int)ready.StatusCode, Is.EqualTo(503));
        Assert.That((string)JsonNode.Parse(await ready.Content.ReadAsStringAsync())!["detail"]!, Does.StartWith("Notifications do not arrive"));
        await app.StopAsync();
    }

    private async Task<Pooler> PoolerAsync(string mode, string direct)
    {
        if (!File.Exists(Pooler.Program))
        {
            Assert.Ignore("pgbouncer is not installed.");
        }

        return await Pooler.StartAsync(_temporary, mode, direct);
    }

    private sealed class Pooler : IAsyncDisposable
    {
        public const string Program = "/usr/sbin/pgbouncer";

        private readonly Process _process;

        private Pooler(Process process, string connectionString) => (_process, ConnectionString) = (process, connectionString);

        public string ConnectionString { get; }

        public static async Task<Pooler> StartAsync(DirectoryInfo folder, string mode, string direct)
        {
            var server = new NpgsqlConnectionStringBuilder(direct);
            var port = PostgresServer.FreePort();
            var settings = Path.Combine(folder.FullName, $"{mode}.ini");
            await File.WriteAllTextAsync(settings, $"""
                [databases]
                * = host={server.Host} user={server.Username}
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = {port}
                unix_socket_dir =
                auth_type = any
                pool_mode = {mode}
                max_client_conn = 200
                default_pool_size = 80
                """);
            var account = await ServerAccount.OfAsync("/nowhere", default);
            var words = account.Command(Program, "--quiet", settings).ToList();
            var process = Process.Start(new ProcessStartInfo(words[0], words[1..]))!;
            var pooler = new Pooler(process, new NpgsqlConnectionStringBuilder
            {
                Host = "127.0.0.1",
                Port = port,
                Username = server.Username,
                Database = server.Database,
            }.ConnectionString);
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    using var probe = new TcpClient();
                    await probe.ConnectAsync(IPAddress.Loopback, port);
                    return pooler;
                }
                catch (SocketException) when (attempt < 100)
                {
                    await Task.Delay(50);
                }
            }
        }

        public async ValueTask DisposeAsync()
        {
            _process.Kill();
            await _process.WaitForExitAsync();
            _process.Dispose();
        }
    }
}
