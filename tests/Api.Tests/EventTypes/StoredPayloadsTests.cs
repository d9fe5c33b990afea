using System.Data;
using Flownally.Application;
using Flownally.Application.EventTypes;
using Flownally.Application.Feed;
using Flownally.Application.Tenants;
using Flownally.Domain.EventTypes;
using Flownally.Infrastructure.EventTypes;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Flownally.Api.Tests.EventTypes;

/// <summary>A scan of stored payloads takes turns with others, and ends when it is told to.</summary>
public sealed class StoredPayloadsTests
{
    [Test]
    public async Task A_tenant_scans_one_type_at_a_time_and_waits_for_no_other_tenant()
    {
        await using var service = await OwnService.StartAsync("scan_turns");
        var scans = service.Services.GetRequiredService<IStoredPayloads>();
        var first = await StoreAsync(service, 1);
        var (began, goOn) = (new TaskCompletionSource(), new TaskCompletionSource());
        var scan = Task.Run(() => scans.ScanAsync(service.Workspace.Tenant, first, FeedHorizon.Beginning, _ =>
        {
            began.TrySetResult();
            goOn.Task.Wait();
        }, default));
        await began.Task;

        var second = scans.ScanAsync(service.Workspace.Tenant, first, FeedHorizon.Beginning, _ => { }, default);
        using var goes = new CancellationTokenSource();
        var third = scans.ScanAsync(service.Workspace.Tenant, first, FeedHorizon.Beginning, _ => { }, goes.Token);
        await scans.ScanAsync((await service.SendAsync(new CreateTenant("Other"))).Value.Id, first, FeedHorizon.Beginning, _ => { }, default);
        await goes.CancelAsync();
        await Assert.ThatAsync(() => third, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(second.IsCompleted, Is.False);
        goOn.SetResult();
        await Task.WhenAll(scan, second);
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_scan_ends_at_the_row_at_which_its_caller_goes_or_the_process_stops(bool stops)
    {
        await using var service = await OwnService.StartAsync($"scan_ends_{stops}".ToLowerInvariant());
        var type = await StoreAsync(service, 20_000);
        using var goes = new CancellationTokenSource();
        var visited = 0;
        var scan = service.Services.GetRequiredService<IStoredPayloads>().ScanAsync(service.Workspace.Tenant, type, FeedHorizon.Beginning, _ =>
        {
            if (++visited == 10)
            {
                if (stops)
                {
                    service.Services.GetRequiredService<IHostApplicationLifetime>().StopApplication();
                }
                else
                {
                    goes.Cancel();
                }
            }
        }, goes.Token);
        await Assert.ThatAsync(() => scan, stops ? Throws.TypeOf<DatabaseUnavailableException>() : Throws.InstanceOf<OperationCanceledException>());
        Assert.That(visited, Is.EqualTo(10));
    }

    [TestCase(null)]
    [TestCase(1_000)]
    public async Task The_last_scan_before_a_change_takes_as_long_as_it_takes(int? limit)
    {
        await using var service = await OwnService.StartAsync($"scan_last_{limit}");
        var type = await StoreAsync(service, 20);
        await service.ExecuteAsync($"""
            CREATE FUNCTION slowly() RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.02); RETURN true; END $$;
            CREATE POLICY slowly ON events USING (slowly());
            ALTER TABLE events ENABLE ROW LEVEL SECURITY
            """);
        var database = service.Services.GetRequiredService<Infrastructure.Postgres.Database>();
        await using var transaction = await database.BeginAsync(service.Workspace.Tenant, IsolationLevel.ReadCommitted, default);
        await transaction.ExecuteAsync("SET LOCAL statement_timeout = '200ms'", null, default); // the session's is 30 s
        var visited = 0;
        Assert.That(await StoredPayloads.TryVisitAsync(transaction, type, FeedHorizon.Beginning, limit, _ => visited++, default));
        Assert.That(visited, Is.EqualTo(20));
    }

    /// <summary>Stores events of one type, and waits until they can be scanned: no transaction of before may be open any more, in any database.</summary>
    private static async Task<EventTypeId> StoreAsync(OwnService service, int events)
    {
        var recorded = await service.Workspace.RecordedAsync("ctc_1");
        var type = EventTypeId.Parse((string)recorded["eventTypeId"]!, null);
        if (events > 1)
        {
            await StoredEvents.CopyAsync(service.Workspace.Tenant, events - 1, service.ConnectionString);
        }

        for (var visited = 0; visited < events;)
        {
            visited = 0;
            await service.Services.GetRequiredService<IStoredPayloads>().ScanAsync(service.Workspace.Tenant, type, FeedHorizon.Beginning, _ => visited++, default);
        }

        return type;
    }
}
