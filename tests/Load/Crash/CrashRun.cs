using System.Globalization;
using Flownally.Api;
using Flownally.Application.ApiKeys;
using Flownally.Application.EventTypes;
using Flownally.Application.Paging;
using Flownally.Application.Tenants;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Database;
using Flownally.Infrastructure.EmbeddedPostgres;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Flownally.Load.Crash;

/// <summary>How long and how hard; the same seed deals the same blows in the same order, at nearly the same moments.</summary>
/// <param name="Rounds">Each deals every <see cref="Blow"/> once.</param>
internal sealed record CrashPlan(int Rounds, int Clients, int Processes, bool GroupCommit, int Seed);

/// <param name="Requests">How many events clients wanted.</param>
/// <param name="Acknowledged">Of how many of them they were told that they are recorded.</param>
/// <param name="InDoubt">How many calls ended without a definite answer.</param>
/// <param name="Readings">What each reader of the feed has seen.</param>
internal sealed record CrashReport(
    CrashPlan Plan,
    int Requests,
    int Attempts,
    int Acknowledged,
    int InDoubt,
    int Stored,
    IReadOnlyList<Reading> Readings,
    IReadOnlyList<Violation> Violations)
{
    public static CrashReport Of(CrashPlan plan, IReadOnlyCollection<Attempt> attempts, IReadOnlyList<Reading> readings, Aftermath aftermath) => new(
        plan,
        attempts.DistinctBy(attempt => attempt.Request.Marker).Count(),
        attempts.Count,
        attempts.Where(attempt => attempt.Event is not null).DistinctBy(attempt => attempt.Request.Marker).Count(),
        attempts.Count(attempt => attempt.Reply == Reply.InDoubt),
        aftermath.Events.Count,
        readings,
        [.. Checker.Check(attempts, aftermath), .. FeedChecker.Check(readings, attempts, aftermath)]);

    public override string ToString() => $"""
        seed          {Plan.Seed}
        blows         {string.Join(", ", Enum.GetNames<Blow>().Select(blow => $"{blow} {Plan.Rounds}"))}
        requests      {Requests:N0}, in {Attempts:N0} attempts
        acknowledged  {Acknowledged:N0}
        in doubt      {InDoubt:N0} attempts
        stored        {Stored:N0}
        seen          {string.Join("\n              ", Readings)}
        verdict       {(Violations.Count == 0 ? "every promise held" : $"{Violations.Count} violations")}
        {string.Join('\n', Violations.Take(20))}
        """.TrimEnd();
}

/// <summary>
/// Clients record, and others read the feed, while the service and PostgreSQL are killed again and again; then what they were
/// told is compared with what is there. <c>./bench crash [--one-by-one] [--seed N]</c>; the short run is a test.
/// </summary>
internal static class CrashRun
{
    private const int LongRounds = 25;
    private const int LongClients = 24;

    public static async Task<int> MainAsync(string[] arguments)
    {
        var seed = Array.IndexOf(arguments, "--seed");
        var report = await RunAsync(new CrashPlan(LongRounds, LongClients, Processes: 2, GroupCommit: !arguments.Contains("--one-by-one"),
            seed < 0 ? Random.Shared.Next() : int.Parse(arguments[seed + 1], CultureInfo.InvariantCulture)), Console.Error.WriteLine);
        Console.WriteLine(report);
        return report.Violations.Count == 0 ? 0 : 1;
    }

    public static async Task<CrashReport> RunAsync(CrashPlan plan, Action<string> say)
    {
        var data = Directory.CreateTempSubdirectory("flownally-crash-");
        File.SetUnixFileMode(data.FullName, (UnixFileMode)0b111_101_101);
        try
        {
            await using var server = await EmbeddedServer.StartAsync(data.FullName, say, CancellationToken.None);
            return await RunAsync(plan, server.ConnectionString, new Victim(server.ConnectionString, Path.Combine(data.FullName, "postgres")));
        }
        finally
        {
            data.Delete(recursive: true);
        }
    }

    private static async Task<CrashReport> RunAsync(CrashPlan plan, string database, Victim postgres)
    {
        var (tenant, apiKey, eventType) = await PrepareAsync(database);
        using var http = new HttpClient();
        var history = new History();
        Reading[] readings = [.. from form in Enum.GetValues<FeedForm>() from type in new[] { null, eventType } select new Reading(form, type)];
        (string, string)[] settings = [("Recording__GroupCommit", $"{plan.GroupCommit}"), ("Logging__LogLevel__Default", "Error"), ("Logging__LogLevel__Microsoft", "Error")];
        await using (var fleet = await Fleet.StartAsync(plan.Processes, database, settings))
        {
            await RecordAsync(plan, new Chaos(fleet, postgres, new Random(plan.Seed)), new Recorder(http, AnyProcess, apiKey, history),
                [.. readings.Select(reading => new FeedReader(http, AnyProcess, apiKey, reading))]);

            Uri AnyProcess() => fleet.Any(Random.Shared);
        }

        await postgres.QuietAsync(); // what clients gave up may have been under way until now
        await using var service = await ApiProcess.StartAsync(database, settings);
        var aftermath = await Aftermath.ReadAsync(database, tenant, http, service.Url, apiKey, history);
        await Task.WhenAll(readings.Select(reading => new FeedReader(http, () => service.Url, apiKey, reading).CatchUpAsync(aftermath.Events[^1].Place)));
        return CrashReport.Of(plan, history.Attempts, readings, aftermath);
    }

    private static async Task RecordAsync(CrashPlan plan, Chaos chaos, Recorder recorder, IReadOnlyList<FeedReader> readers)
    {
        using var stopping = new CancellationTokenSource();
        var clients = Enumerable.Range(0, plan.Clients).Select(client => recorder.RunAsync($"{client}", new Random(plan.Seed + client), stopping.Token))
            .Concat(readers.Select(reader => reader.RunAsync(stopping.Token))).ToList();
        try
        {
            await chaos.RunAsync(plan.Rounds);
        }
        finally
        {
            await stopping.CancelAsync();
            await Task.WhenAll(clients);
        }
    }

    /// <returns>A tenant, a key to it, and one of the types of which events will be recorded.</returns>
    private static async Task<(TenantId Tenant, string ApiKey, EventTypeResponse EventType)> PrepareAsync(string database)
    {
        await Migrator.MigrateAsync(database, CancellationToken.None);
        await using var services = new ServiceCollection().AddFlownally(new ConfigurationBuilder().Build(), database).BuildServiceProvider();
        var mediator = services.GetRequiredService<IMediator>();
        var tenant = (await mediator.Send(new CreateTenant("Crash"))).Value.Id;
        var apiKey = (await mediator.Send(new CreateApiKey(tenant, Role.Owner, Scopes.All))).Value.Secret.Reveal();
        var catalog = (await mediator.Send(new ListEventTypes(tenant, PageSize.Default, null))).Value;
        return (tenant, apiKey, catalog.EventTypes.First(type => Recorder.EventTypes.Contains(type.Name.Value)));
    }
}
