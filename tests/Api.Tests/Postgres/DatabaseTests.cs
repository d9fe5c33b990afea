using System.Text.Json.Nodes;
using Flownally.Application.ApiKeys;
using Flownally.Application.Tenants;
using Flownally.Domain.ApiKeys;
using Flownally.Infrastructure.Postgres;
using MediatR;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;

namespace Flownally.Api.Tests.Postgres;

public sealed class DatabaseTests
{
    private static readonly HttpClient Http = new();

    [Test]
    public async Task Without_a_database_the_service_is_up_but_not_ready()
    {
        await using var app = ApiHost.Build("Host=/nowhere;Username=flownally;Database=flownally", "http://127.0.0.1:0");
        await app.StartAsync();
        using var live = await Http.GetAsync(new Uri($"{app.Urls.Single()}/health/live"));
        using var ready = await Http.GetAsync(new Uri($"{app.Urls.Single()}/health/ready"));
        using (Assert.EnterMultipleScope())
        {
            Assert.That((int)live.StatusCode, Is.EqualTo(200));
            Assert.That((int)ready.StatusCode, Is.EqualTo(503));
            Assert.That(ready.Headers.RetryAfter!.Delta, Is.EqualTo(TimeSpan.FromSeconds(1)));
            Assert.That((string)JsonNode.Parse(await ready.Content.ReadAsStringAsync())!["code"]!, Is.EqualTo("databaseUnavailable"));
        }

        await app.StopAsync();
    }

    [Test]
    public async Task A_database_without_migrations_is_not_ready_until_they_are_run_and_running_them_twice_is_the_same()
    {
        var connectionString = await NewDatabaseAsync("unmigrated");
        await using var app = ApiHost.Build(connectionString, "http://127.0.0.1:0");
        await app.StartAsync();
        Assert.That(await ReadyAsync(), Is.EqualTo(503));

        var runs = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Migrator.MigrateAsync(connectionString, CancellationToken.None)));
        Assert.That(runs.Select(applied => applied.Count), Is.EquivalentTo([Migrator.Scripts.Count, 0, 0]));
        Assert.That(await ReadyAsync(), Is.EqualTo(200));
        await app.StopAsync();

        async Task<int> ReadyAsync()
        {
            using var response = await Http.GetAsync(new Uri($"{app.Urls.Single()}/health/ready"));
            return (int)response.StatusCode;
        }
    }

    [Test]
    public async Task While_a_migration_waits_for_a_long_scan_of_events_nobody_else_waits_for_the_migration()
    {
        var connectionString = await NewDatabaseAsync("migrated_under_a_scan");
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        await using var database = NpgsqlDataSource.Create(connectionString);
        await using var back = database.CreateCommand("""
            ALTER TABLE events DROP COLUMN suppress_journeys;
            DELETE FROM schema_migrations WHERE scriptname LIKE '%0017_suppressed_events.sql'
            """);
        await back.ExecuteNonQueryAsync();
        await using var scan = await Obstacle.StandAsync("SELECT count(*) FROM events", connectionString: connectionString);
        var migrating = Migrator.MigrateAsync(connectionString, CancellationToken.None);
        await scan.UntilInTheWayAsync();
        for (var i = 0; i < 5; i++)
        {
            await using var record = database.CreateCommand("SET lock_timeout = '2s'; SELECT count(*) FROM events");
            await record.ExecuteNonQueryAsync();
            await Task.Delay(100);
        }

        Assert.That(migrating.IsCompleted, Is.False);
        await scan.DisposeAsync();
        Assert.That(await migrating.WaitAsync(TimeSpan.FromSeconds(60)), Has.Count.EqualTo(1));
    }

    [Test]
    public async Task A_fault_of_the_server_shows_nothing_of_the_inside_and_is_found_in_the_log()
    {
        var connectionString = await NewDatabaseAsync("broken");
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        await using var app = ApiHost.Build(connectionString, "http://127.0.0.1:0");
        using var log = new FakeLoggerProvider();
        app.Services.GetRequiredService<ILoggerFactory>().AddProvider(log);
        await app.StartAsync();
        var mediator = app.Services.GetRequiredService<IMediator>();
        var tenant = (await mediator.Send(new CreateTenant("Test"))).Value.Id;
        var key = (await mediator.Send(new CreateApiKey(tenant, Role.Owner, Scopes.All))).Value.Secret.Reveal();
        await using (var owner = NpgsqlDataSource.Create(connectionString))
        await using (var damage = owner.CreateCommand("ALTER TABLE event_types RENAME COLUMN description TO gone"))
        {
            await damage.ExecuteNonQueryAsync();
        }

        using var request = new HttpRequestMessage(HttpMethod.Get, $"{app.Urls.Single()}/v1/event-types") { Headers = { Authorization = new("Bearer", key) } };
        using var response = await Http.SendAsync(request);
        var answer = new Answer((int)response.StatusCode, response.Headers, response.Content.Headers, await response.Content.ReadAsStringAsync());
        answer.AssertRefused(500, "internal");
        Assert.That(answer.Text, Does.Not.Contain("description").And.Not.Contain("Npgsql").And.Not.Contain("event_types"));
        var told = log.Collector.GetSnapshot().Single(line => line.Level == LogLevel.Error);
        Assert.That(told.Message, Does.StartWith("GET /v1/event-types failed").And.Contain((string)answer.Json["traceId"]!));
        Assert.That(told.Exception, Is.TypeOf<PostgresException>());
        await app.StopAsync();
    }

    [TestCase("DROP TABLE events")]
    [TestCase("ALTER TABLE event_types ADD COLUMN more text")]
    [TestCase("DELETE FROM events")]
    [TestCase("UPDATE feed_clock SET transaction_offset = 0")]
    [TestCase("UPDATE retention SET transaction_id = 0")]
    [TestCase("CREATE TABLE public.mine ()")]
    public async Task The_service_works_as_a_role_that_owns_nothing(string sql)
    {
        await using var source = ApiDataSource.Create(Service.ConnectionString, new DatabaseOptions(), TimeProvider.System);
        await using var command = source.CreateCommand(sql);
        Assert.That(command.ExecuteNonQueryAsync, Throws.TypeOf<PostgresException>()
            .With.Property(nameof(PostgresException.SqlState)).EqualTo(PostgresErrorCodes.InsufficientPrivilege));
    }

    [TestCase("events", """
        INSERT INTO events (tenant_id, id, event_type_id, transaction_id, occurred_at, created_at, schema_version, contact_id, payload)
        VALUES (gen_random_uuid(), uuid_at(now()), gen_random_uuid(), 4000000000000, now(), now(), 1, 'ctc_1', '{}')
        """)]
    [TestCase("activations", """
        WITH tenant AS (INSERT INTO tenants (id, name, created_at) VALUES (gen_random_uuid(), 'a', now()) RETURNING id),
             journey AS (INSERT INTO journeys (tenant_id, id, name, status, entry_mode, trigger_event_type_id, revision, created_at, updated_at)
                         SELECT id, id, 'a', 'active', 'once', id, 2, now(), now() FROM tenant RETURNING id)
        INSERT INTO journey_activations (tenant_id, journey_id, from_tx, to_tx, event_type_id, entry_mode)
        SELECT id, id, from_tx, to_tx, id, 'once' FROM journey, (VALUES (3000000000000, 4000000000000), (4000000000000, NULL)) AS i (from_tx, to_tx)
        """)]
    public async Task In_another_server_the_feed_goes_on_after_what_was_restored(string what, string restore)
    {
        var connectionString = await NewDatabaseAsync("restored_" + what);
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        await using var owner = NpgsqlDataSource.Create(connectionString);
        await ExecuteAsync("SELECT create_event_partitions(CURRENT_DATE)");
        await ExecuteAsync(restore);
        await ExecuteAsync("UPDATE feed_clock SET system_id = 1"); // as a dump of another server has it
        await ExecuteAsync("SELECT verify_feed_clock()");
        await using var next = owner.CreateCommand("SELECT pg_current_xact_id()::text::bigint + transaction_offset FROM feed_clock");
        Assert.That((long)(await next.ExecuteScalarAsync())!, Is.GreaterThan(4_000_000_000_000));

        async Task ExecuteAsync(string sql)
        {
            await using var command = owner.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }
    }

    [Test]
    public async Task Recording_waits_for_nobody_who_reads()
    {
        var connectionString = await NewDatabaseAsync("patient");
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        await using var service = await OwnService.StartOnAsync(connectionString + ";Maximum Pool Size=1");
        await service.Workspace.RecordedAsync("ctc_1");
        await using var holder = await Obstacle.StandAsync("LOCK TABLE journeys IN ACCESS EXCLUSIVE MODE", connectionString: connectionString);
        var read = service.Workspace.GetAsync("/v1/journeys"); // takes the one session there is, or waits for it
        await holder.UntilInTheWayAsync();
        await service.Workspace.RecordedAsync("ctc_1");
        await service.Workspace.RecordedAsync("ctc_2");
        Assert.That(read.IsCompleted, Is.False);
        await holder.CommitAsync();
        Assert.That((await read).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task Events_are_counted_as_they_are_recorded()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await workspace.RecordedAsync("ctc_1");
        await workspace.RecordedAsync("ctc_2", ",\"idempotencyKey\":\"k-1\"");
        await workspace.RecordAsync("ctc_2", """{"eventTypeName":"signup.completed","idempotencyKey":"k-1"}""");
        await using var source = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var count = source.CreateCommand("SELECT sum(n)::bigint FROM event_counts WHERE tenant_id = $1");
        count.Parameters.Add(new NpgsqlParameter { Value = workspace.Tenant.Value });
        Assert.That(await count.ExecuteScalarAsync(), Is.EqualTo(2L));
    }

    internal static async Task<string> NewDatabaseAsync(string name)
    {
        await using var source = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var create = source.CreateCommand($"CREATE DATABASE {name}");
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(Service.ConnectionString) { Database = name }.ConnectionString;
    }
}
