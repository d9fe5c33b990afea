using Flownally.Infrastructure.Retention;
using Microsoft.Extensions.DependencyInjection;

namespace Flownally.Api.Tests.Journeys;

/// <summary>Attempts are kept for 30 days.</summary>
public sealed class AttemptRetentionTests
{
    private const string Enter = """
        INSERT INTO journey_entries (tenant_id, id, journey_id, contact_id, event_id, entered_at, once, delivery_state)
        VALUES (gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'ctc_1', gen_random_uuid(), now(), true, 'delivered')
        """;

    private const string Age = "SELECT extract(epoch FROM now() - at)::integer / 86400 FROM journey_attempts ORDER BY at";

    [Test]
    public async Task What_is_older_is_deleted_in_any_number_of_steps_and_nothing_else()
    {
        await using var service = await OwnService.StartAsync("attempts_old");
        await service.ExecuteAsync(Enter);
        await AttemptAsync(service, "now() - interval '30 days 1 minute' - n * interval '1 second'", (2 * AttemptRetention.StepSize) + 1);
        await AttemptAsync(service, "now() - interval '29 days 23 hours 59 minutes'", 1);
        await AttemptAsync(service, "now()", 1);
        var retention = service.Services.GetRequiredService<AttemptRetention>();
        Assert.That(await retention.ApplyAsync(default), Is.EqualTo((2 * AttemptRetention.StepSize) + 1));
        Assert.That(await service.AskAsync<int>(Age), Is.EqualTo([29, 0]));
        Assert.That(await retention.ApplyAsync(default), Is.Zero);
    }

    [Test]
    public async Task The_worker_that_looks_after_partitions_deletes_them_at_the_start()
    {
        await using var service = await OwnService.StartAsync("attempts_worker");
        await service.ExecuteAsync(Enter);
        await AttemptAsync(service, "now() - interval '31 days'", 1);
        await service.StartAnotherAsync();
        Assert.That(async () => await service.AskAsync<int>(Age), Is.Empty.After(10_000, 50));
    }

    private static Task AttemptAsync(OwnService service, string at, int count) => service.ExecuteAsync($"""
        INSERT INTO journey_attempts (tenant_id, journey_id, entry_id, at, duration, status)
        SELECT tenant_id, journey_id, id, {at}, '1 second', 200
        FROM   journey_entries, generate_series(1, {count}) n
        """);
}
