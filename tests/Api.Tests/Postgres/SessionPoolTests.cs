using System.Data;
using Flownally.Application;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Flownally.Api.Tests.Postgres;

/// <summary>Tenants share the sessions, so that slow statements of one leave the others fast.</summary>
public sealed class SessionPoolTests
{
    private const string Slow = "SELECT pg_sleep(0.4)";

    private readonly TenantId _a = new(Guid.Parse("00000000-0000-7000-8000-00000000000a"));
    private readonly TenantId _b = new(Guid.Parse("00000000-0000-7000-8000-00000000000b"));

    [Test]
    public async Task Slow_statements_of_a_tenant_leave_half_of_the_sessions_to_others()
    {
        await using var source = NewSource(8);
        var database = NewDatabase(source);
        var slow = Task.WhenAll(Enumerable.Range(0, 24).Select(_ => database.ExecuteAsync(_a, Slow, null, default)));
        for (var i = 0; i < 20; i++)
        {
            Assert.That(await database.FindAsync<int>(i % 2 == 0 ? _b : TenantScope.All, "SELECT 1", null, default), Is.EqualTo(1));
            Assert.That(await SleepersAsync(), Is.AtMost(4));
        }

        Assert.That(slow.IsCompleted, Is.False);
        await slow;
    }

    [Test]
    public async Task A_transaction_holds_its_place_until_it_ends()
    {
        await using var source = NewSource(2);
        var database = NewDatabase(source);
        await using (await database.BeginAsync(_a, IsolationLevel.ReadCommitted, default))
        {
            var second = database.FindAsync<int>(_a, "SELECT 1", null, default);
            Assert.That(await database.FindAsync<int>(_b, "SELECT 1", null, default), Is.EqualTo(1));
            await Assert.ThatAsync(() => second, Throws.TypeOf<DatabaseUnavailableException>(), "It waited for as long as the pool's timeout, a second.");
        }

        Assert.That(await database.FindAsync<int>(_a, "SELECT 1", null, default), Is.EqualTo(1));
    }

    [Test]
    public async Task Whoever_gives_up_or_fails_leaves_no_place_taken()
    {
        await using var source = NewSource(2);
        var database = NewDatabase(source);
        for (var i = 0; i < 5; i++)
        {
            using var patience = new CancellationTokenSource(20);
            await Assert.ThatAsync(() => database.FindAsync<object>(_a, "SELECT pg_sleep(1)", null, patience.Token), Throws.InstanceOf<OperationCanceledException>());
            await Assert.ThatAsync(() => database.FindAsync<int>(_a, "SELECT 1/0", null, default), Throws.TypeOf<PostgresException>());
        }

        Assert.That(await database.FindAsync<int>(_a, "SELECT 1", null, default), Is.EqualTo(1));
    }

    [Test]
    public async Task A_read_that_is_given_up_does_not_wait_for_the_other_rows()
    {
        await using var source = NewSource(4);
        await using var transaction = await NewDatabase(source).BeginAsync(_a, IsolationLevel.Snapshot, default);
        using var goes = new CancellationTokenSource();
        var rows = 0;
        var read = transaction.ReadAsync<object>("SELECT repeat('x', 100) FROM generate_series(1, 1000000), LATERAL pg_sleep(0.001)", null, _ =>
        {
            rows++;
            goes.Cancel();
        }, goes.Token);
        await Assert.ThatAsync(() => read.WaitAsync(TimeSpan.FromSeconds(30)), Throws.InstanceOf<OperationCanceledException>());
        Assert.That(rows, Is.EqualTo(1));
    }

    [Test]
    public async Task Any_mix_of_callers_comes_to_an_end()
    {
        await using var source = NewSource(4);
        var database = NewDatabase(source);
        TenantScope[] scopes = [_a, _b, TenantScope.All];
        var work = Task.WhenAll(Enumerable.Range(0, 64).Select(async n =>
        {
            for (var i = 0; i < 5; i++)
            {
                await using (var transaction = await database.BeginAsync(scopes[(n + i) % 3], IsolationLevel.ReadCommitted, default))
                {
                    await transaction.ExecuteAsync("SELECT pg_sleep(0.001)", null, default);
                    await transaction.FindAsync<int>("SELECT 1", null, default);
                }

                await database.FindAsync<int>(scopes[n % 3], "SELECT 1", null, default);
            }
        }));
        await work.WaitAsync(TimeSpan.FromSeconds(60));
    }

    private static NpgsqlDataSource NewSource(int sessions) => NpgsqlDataSource.Create(
        new NpgsqlConnectionStringBuilder(Service.ConnectionString) { MaxPoolSize = sessions, ApplicationName = "session-pool", Timeout = sessions == 2 ? 1 : 15 }.ConnectionString);

    private static Infrastructure.Postgres.Database NewDatabase(NpgsqlDataSource source)
    {
        var sessions = new PrimarySessions(Service.ConnectionString, _ => new SessionPool(source));
        return new(sessions, new DatabaseReadiness(sessions, new NotificationCheck(sessions), TimeProvider.System, NullLogger<DatabaseReadiness>.Instance));
    }

    private static async Task<long> SleepersAsync()
    {
        await using var source = NpgsqlDataSource.Create(Service.ConnectionString);
        await using var ask = source.CreateCommand("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'session-pool' AND wait_event = 'PgSleep' AND query LIKE '%sleep(0.4)%'");
        return (long)(await ask.ExecuteScalarAsync())!;
    }
}
