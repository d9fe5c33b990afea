using Flownally.Application;
using Flownally.Infrastructure.Postgres;
using Flownally.Load.Failover;
using Npgsql;

namespace Flownally.Api.Tests.Failover;

/// <summary>Where the servers of a connection string change roles and nobody refuses a connection.</summary>
[FixtureLifeCycle(LifeCycle.InstancePerTestCase)]
public sealed class PrimarySessionsTests
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flownally-primary-");

    [TearDown]
    public void Clean() => _folder.Delete(recursive: true);

    [Test]
    public async Task A_primary_that_hangs_is_left_for_the_one_that_was_promoted_and_only_for_that()
    {
        await using var pair = await StartAsync();
        await using var sessions = new PrimarySessions(pair.ConnectionString, servers => new SessionPool(NpgsqlDataSource.Create(servers)));
        Assert.That(await PortAsync(sessions), Is.EqualTo(pair.Primary.Port));
        await sessions.SearchAsync();
        Assert.That(sessions.Moves, Is.Zero, "the primary answers");

        await pair.Primary.PauseAsync();
        await sessions.SearchAsync();
        Assert.That(sessions.Moves, Is.Zero, "no other server is the primary");

        await pair.PromoteAsync();
        await sessions.SearchAsync();
        Assert.That(sessions.Moves, Is.EqualTo(1));
        Assert.That(await PortAsync(sessions), Is.EqualTo(pair.Primary.Port));
        await sessions.SearchAsync();
        Assert.That(sessions.Moves, Is.EqualTo(1), "the new primary answers");
    }

    [Test]
    public async Task A_statement_that_waits_for_a_server_that_was_left_is_given_up()
    {
        await using var pair = await StartAsync();
        await using var sessions = new PrimarySessions(pair.ConnectionString, servers => new SessionPool(NpgsqlDataSource.Create(servers)));
        Assert.That(await PortAsync(sessions), Is.EqualTo(pair.Primary.Port));
        await pair.Primary.PauseAsync();
        var statement = StatementCompletion.WaitAsync(PortAsync(sessions), sessions, CancellationToken.None);
        await pair.PromoteAsync();
        await Assert.ThatAsync(() => statement, Throws.TypeOf<DatabaseUnavailableException>());
        Assert.That(await StatementCompletion.WaitAsync(PortAsync(sessions), sessions, CancellationToken.None), Is.EqualTo(pair.Primary.Port));
    }

    private async Task<Pair> StartAsync()
    {
        if (!await Pair.IsPossibleAsync())
        {
            Assert.Ignore("pg_basebackup or pg_rewind is missing. On Debian: apt-get install postgresql");
        }

        File.SetUnixFileMode(_folder.FullName, (UnixFileMode)0b111_101_101);
        return await Pair.StartAsync(_folder.FullName, synchronous: false);
    }

    private static async Task<int> PortAsync(PrimarySessions sessions)
    {
        await using var session = await sessions.OpenAsync(TenantScope.All, CancellationToken.None);
        await using var ask = new NpgsqlCommand("SELECT inet_server_port()", session.Connection);
        return (int)(await ask.ExecuteScalarAsync())!;
    }
}
