using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Flownally.Api.Tests.Postgres;

/// <summary>A database that the service cannot work with is named in one sentence, to whoever watches it and in the log.</summary>
public sealed class ReadinessTests
{
    private static readonly HttpClient Http = new();

    [TestCase("Host=127.0.0.1;Port=1;Username=a;Database=a", "No server accepts connections at the database's address.")]
    [TestCase("Host=no-such-host.invalid;Username=a;Database=a", "The name of the database's server is not known.")]
    public async Task A_server_that_is_not_there_is_named(string connectionString, string reason) =>
        Assert.That(await ReasonAsync(connectionString), Is.EqualTo(reason));

    /// <summary>Of before, a probe waited for 25 seconds, and so did a stop.</summary>
    [Test]
    public async Task A_server_that_accepts_and_never_answers_holds_up_neither_a_probe_nor_a_stop()
    {
        using var silent = new TcpListener(IPAddress.Loopback, 0);
        silent.Start();
        var begin = TimeProvider.System.GetTimestamp();
        Assert.That(await ReasonAsync($"Host=127.0.0.1;Port={((IPEndPoint)silent.LocalEndpoint).Port};Username=a;Database=a"), Is.EqualTo("The database does not answer in time."));
        Assert.That(TimeProvider.System.GetElapsedTime(begin), Is.LessThan(TimeSpan.FromSeconds(20)));
    }

    [Test]
    public async Task Statements_are_not_compiled_whatever_the_server_does_by_itself()
    {
        await using var source = ApiDataSource.Create(Service.ConnectionString + ";Options=-c jit=on", new DatabaseOptions(), TimeProvider.System);
        await using var ask = source.CreateCommand("SHOW jit");
        Assert.That(await ask.ExecuteScalarAsync(), Is.EqualTo("off"));
    }

    [Test]
    public async Task A_wrong_account_and_a_wrong_name_are_told_apart()
    {
        Assert.That(await ReasonAsync(With(Service.ConnectionString, settings => settings.Database = "nowhere")), Is.EqualTo("The server has no database of that name."));
        Assert.That(await ReasonAsync(With(Service.ConnectionString, settings => settings.Username = "nobody_at_all")), Is.EqualTo("The server refuses the database's account or its password."));
    }

    [Test]
    public async Task An_account_that_lacks_the_grant_is_told_which()
    {
        await ExecuteAsync(Service.ConnectionString, "CREATE ROLE lacking LOGIN");
        Assert.That(await ReasonAsync(With(Service.ConnectionString, settings => settings.Username = "lacking")),
            Is.EqualTo("The database's account may not work as flownally_api. As the owner of the tables: GRANT flownally_api TO the account"));
    }

    [Test]
    public async Task A_database_without_migrations_says_what_to_run() =>
        Assert.That(await ReasonAsync(await DatabaseTests.NewDatabaseAsync("ready_empty")), Is.EqualTo("The database lacks migrations; run: flownally migrate"));

    [Test]
    public async Task A_database_of_a_newer_version_that_this_program_cannot_work_with_is_refused()
    {
        var database = await DatabaseTests.NewDatabaseAsync("ready_newer");
        await Migrator.MigrateAsync(database, CancellationToken.None);
        await ExecuteAsync(database, "UPDATE schema_compatibility SET oldest_program = 9999");
        Assert.That(await ReasonAsync(database), Does.StartWith("The database was brought to a version that this program is too old for."));
    }

    [Test]
    public async Task A_database_in_another_encoding_is_refused()
    {
        await ExecuteAsync(Service.ConnectionString, "CREATE DATABASE ready_ascii ENCODING 'SQL_ASCII' LOCALE 'C' TEMPLATE template0");
        Assert.That(await ReasonAsync(With(Service.ConnectionString, settings => settings.Database = "ready_ascii")), Does.StartWith("The database's encoding is SQL_ASCII; it must be UTF8."));
    }

    [Test]
    public async Task Clocks_that_differ_by_minutes_are_refused()
    {
        await using var source = ApiDataSource.Create(Service.ConnectionString, new DatabaseOptions(), new FakeTimeProvider(TimeProvider.System.GetUtcNow().AddMinutes(-7)));
        await Assert.ThatAsync(async () => await source.OpenConnectionAsync(), Throws.InstanceOf<Exception>()
            .With.Message.EqualTo("The clocks of this machine and of the database's differ by 7 minutes; at most 5 are allowed."));
    }

    [Test]
    public async Task What_is_in_the_way_is_logged_once()
    {
        await using var app = ApiHost.Build("Host=127.0.0.1;Port=1;Username=a;Database=a", "http://127.0.0.1:0");
        using var log = new FakeLoggerProvider();
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        await app.StartAsync();
        for (var i = 0; i < 3; i++)
        {
            (await Http.GetAsync(new Uri($"{app.Urls.Single()}/health/ready"))).Dispose();
        }

        await app.StopAsync();
        Assert.That(log.Collector.GetSnapshot().Count(line => line.Message.StartsWith("No server accepts", StringComparison.Ordinal) && line.Message.Contains("503", StringComparison.Ordinal)), Is.EqualTo(1));
    }

    [Test]
    public async Task Migrating_is_refused_while_a_process_runs_that_could_not_go_on_unless_it_is_forced()
    {
        var database = await DatabaseTests.NewDatabaseAsync("ready_running");
        await Migrator.MigrateAsync(database, CancellationToken.None);
        await ExecuteAsync(database, "DELETE FROM schema_migrations WHERE scriptname LIKE '%0014%'; DROP TABLE schema_compatibility; ALTER TABLE feed_clock DROP COLUMN system_id, DROP COLUMN timeline, DROP COLUMN generation, DROP COLUMN highest; DROP FUNCTION feed_server(), move_feed_clock(), verify_feed_clock(), feed_offset(), hold_feed_offset()");
        await using (var old = new NpgsqlConnection(With(database, settings => (settings.ApplicationName, settings.Pooling) = ("flownally 0012", false))))
        {
            await old.OpenAsync();
            await Assert.ThatAsync(() => Migrator.MigrateAsync(database, CancellationToken.None), Throws.TypeOf<MigrationRefusedException>()
                .With.Message.EqualTo("Processes of version 0012 are running on this database, and could not go on after the migrations. Stop them first, or add --force."));
            Assert.That(await Migrator.MigrateAsync(database, CancellationToken.None, force: true), Has.Count.EqualTo(1));
        }

        Assert.That(await ReasonAsync(database), Is.Null);
    }

    [Test]
    public async Task A_second_owner_is_told_which_grant_it_lacks_and_needs_no_other()
    {
        await ExecuteAsync(Service.ConnectionString, "CREATE ROLE second_owner LOGIN");
        await ExecuteAsync(Service.ConnectionString, "CREATE DATABASE ready_second OWNER second_owner");
        var database = With(Service.ConnectionString, settings => (settings.Database, settings.Username) = ("ready_second", "second_owner"));
        await Assert.ThatAsync(() => Migrator.MigrateAsync(database, CancellationToken.None), Throws.TypeOf<MigrationRefusedException>()
            .With.Message.Contains("As an administrator of the server: GRANT flownally_api TO second_owner;"));
        await ExecuteAsync(Service.ConnectionString, "GRANT flownally_api TO second_owner");
        await Migrator.MigrateAsync(database, CancellationToken.None);
        Assert.That(await ReasonAsync(database), Is.Null);
    }

    /// <summary>Each migration from now on has to say it; those of before are all done where a program of today runs.</summary>
    [Test]
    public void Each_migration_says_which_programs_may_go_on() =>
        Assert.That(Migrator.Scripts.Skip(13).Select(Migrator.OldestProgramWith), Is.All.GreaterThan(1));

    /// <returns>What the service says; null where it is ready.</returns>
    private static async Task<string?> ReasonAsync(string connectionString)
    {
        await using var app = ApiHost.Build(connectionString, "http://127.0.0.1:0");
        await app.StartAsync();
        using var ready = await Http.GetAsync(new Uri($"{app.Urls.Single()}/health/ready"));
        var reason = (string?)JsonNode.Parse(await ready.Content.ReadAsStringAsync())!["detail"];
        await app.StopAsync();
        Assert.That((int)ready.StatusCode, Is.EqualTo(reason is null ? 200 : 503));
        return reason;
    }

    private static string With(string connectionString, Action<NpgsqlConnectionStringBuilder> change)
    {
        var settings = new NpgsqlConnectionStringBuilder(connectionString);
        change(settings);
        return settings.ConnectionString;
    }

    private static async Task ExecuteAsync(string connectionString, string sql)
    {
        await using var source = NpgsqlDataSource.Create(connectionString);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
