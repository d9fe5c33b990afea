using Flownally.Api.Tests.Feed;
using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Api.Tests.Postgres;

/// <summary>What a 201 means where PostgreSQL has a synchronous standby, which is away.</summary>
public sealed class AcknowledgementTests
{
    private const string Event = """{"eventTypeName":"signup.completed","idempotencyKey":"k-1"}""";

    private readonly DirectoryInfo _temporary = Directory.CreateTempSubdirectory("flownally-acknowledgement-");

    [OneTimeSetUp]
    public void Open() => File.SetUnixFileMode(_temporary.FullName, (UnixFileMode)0b111_101_101);

    [OneTimeTearDown]
    public void Clean() => _temporary.Delete(recursive: true);

    [Test]
    public async Task Nothing_is_acknowledged_or_read_before_the_standby_has_it_and_the_key_tells_later()
    {
        await using var server = await StartServerAsync("waiting");
        await using var service = await OwnService.StartOnAsync(server.ConnectionString);
        await WaitForStandbyAsync(service, "missing");
        (await service.Workspace.RecordAsync("ctc_1", Event)).AssertRefused(503, "databaseUnavailable"); // after 15 s
        using (Assert.EnterMultipleScope())
        {
            Assert.That((await service.Workspace.ReadFeedAsync()).Events, Is.Empty);
            Assert.That(await service.AskAsync<long>("SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'SyncRep'"), Has.Some.GreaterThan(0), "It still waits: nobody cancelled it.");
        }

        await WaitForStandbyAsync(service, "");
        var id = (string)(await service.Workspace.ReadFeedAsync(1)).Events[0]["id"]!;
        var again = await service.Workspace.RecordAsync("ctc_1", Event);
        again.AssertRefused(409, "idempotencyKeyExists");
        Assert.That((string)again.Json["existingEventId"]!, Is.EqualTo(id));
    }

    [Test]
    public async Task Where_an_operator_cancels_the_wait_the_outcome_is_unknown()
    {
        await using var server = await StartServerAsync("cancelled");
        await using var service = await OwnService.StartOnAsync(server.ConnectionString);
        await WaitForStandbyAsync(service, "missing");
        var recording = service.Workspace.RecordAsync("ctc_1", Event);
        while ((await service.AskAsync<bool>("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE wait_event = 'SyncRep'")).Count == 0)
        {
            await Task.Delay(20);
        }

        (await recording).AssertRefused(503, "databaseUnavailable");
        Assert.That((await service.Workspace.ReadFeedAsync(1)).Events, Has.Count.EqualTo(1));
        await WaitForStandbyAsync(service, "");
    }

    private static async Task WaitForStandbyAsync(OwnService service, string names)
    {
        await service.ExecuteAsync($"ALTER SYSTEM SET synchronous_standby_names = '{names}'");
        await service.ExecuteAsync("SELECT pg_reload_conf()");
        while ((await service.AskAsync<string>("SHOW synchronous_standby_names"))[0] != names)
        {
            await Task.Delay(20);
        }
    }

    private async Task<EmbeddedServer> StartServerAsync(string name)
    {
        var server = await EmbeddedServer.StartAsync(Path.Combine(_temporary.FullName, name), TestContext.Progress.WriteLine, CancellationToken.None);
        await Migrator.MigrateAsync(server.ConnectionString, CancellationToken.None);
        return server;
    }
}
