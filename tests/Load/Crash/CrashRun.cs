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
/// <param name="Switches">How often a journey was activated, paused or given another filter.</param>
/// <param name="Webhooks">How many came in, repeats included.</param>
/// <param name="Cuts">How many intervals were cut, because the journey was paused while its tenant was behind.</param>
internal sealed record CrashReport(
    CrashPlan Plan,
    int Requests,
    int Attempts,
    int Acknowledged,
    int InDoubt,
    int Stored,
    IReadOnlyList<Reading> Readings,
    int Switches,
    int Entries,
    int Webhooks,
    int Cuts,
    IReadOnlyList<Violation> Violations)
{
    public static CrashReport Of(CrashPlan plan, IReadOnlyCollection<Attempt> attempts, IReadOnlyList<Reading> readings, JourneyHistory journeys,
        Aftermath aftermath, JourneyAftermath entered) => new(
        plan,
        attempts.DistinctBy(attempt => attempt.Request.Marker).Count(),
        attempts.Count,
        attempts.Where(attempt => attempt.Event is not null).DistinctBy(attempt => attempt.Request.Marker).Count(),
        attempts.Count(attempt => attempt.Reply == Reply.InDoubt),
        aftermath.Events.Count,
        readings,
        journeys.Switches.Count,
        entered.Entries.Count,
        journeys.Arrivals.Count,
        entered.Intervals.Count(interval => interval.Cut is not null),
        [.. Checker.Check(attempts, aftermath), .. FeedChecker.Check(readings, attempts, aftermath), .. JourneyChecker.Check(journeys, attempts, aftermath, entered)]);

    public override string ToString() => $"""
        seed          {Plan.Seed}
        blows         {string.Join(", ", Enum.GetNames<Blow>().Select(blow => $"{blow} {Plan.Rounds}"))}
        requests      {Requests:N0}, in {Attempts:N0} attempts
        acknowledged  {Acknowledged:N0}
        in doubt      {InDoubt:N0} attempts
        stored        {Stored:N0}
        seen          {string.Join("\n              ", Readings)}
        journeys      {Entries:N0} entries, told of by {Webhooks:N0} webhooks, while {Switches:N0} times a journey was changed; {Cuts:N0} intervals cut
        verdict       {(Violations.Count == 0 ? "every promise held" : $"{Violations.Count} violations")}
        {string.Join('\n', Violations.Take(20))}
        """.TrimEnd();
}

/// <summary>
/// Clients record, others read the feed, and journeys are switched on and off and tell a receiver, while the service and PostgreSQL
/// are killed again and again; then what all of them were told is compared with what is there. <c>./bench crash [--one-by-one] [--seed N]</c>; the short run is a test.
/// </summary>
internal static class CrashRun
{
    private const int LongRounds = 25;
    private const int LongClients = 24;

    /// <summary>Entries in a step, so few that the tenant is behind again and again.</summary>
    private const int SmallShare = 1;

    /// <summary>How many of the types have journeys.</summary>
    private const int JourneyTypes = 2;

    /// <summary>Does what it does until it is told to stop.</summary>
    private delegate Task Client(CancellationToken stopping);

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
        var (tenant, apiKey, types) = await PrepareAsync(database);
        using var http = new HttpClient();
        var history = new History();
        Reading[] readings = [.. from form in Enum.GetValues<FeedForm>() from type in new[] { null, types[0] } select new Reading(form, type)];
        (string, string)[] settings =
        [
            ("Recording__GroupCommit", $"{plan.GroupCommit}"), Journeys.Setting, ("Journeys__Share__Entries", $"{SmallShare}"), ("Logging__LogLevel__Default", "Error"), ("Logging__LogLevel__Microsoft", "Error"),
        ];
        await using var receiver = await WebhookReceiver.StartAsync();
        await using (var fleet = await Fleet.StartAsync(plan.Processes, database, settings))
        {
            var changes = new JourneyOperator(http, AnyProcess, apiKey);
            receiver.History = await changes.CreateAsync(types.Take(JourneyTypes), receiver);
            await RunAsync(new Chaos(fleet, postgres, new Random(plan.Seed)), plan,
            [
                .. ClientsOf(plan, new Recorder(http, AnyProcess, apiKey, history)),
                .. readings.Select<Reading, Client>(reading => new FeedReader(http, AnyProcess, apiKey, reading).RunAsync),
                stopping => changes.RunAsync(receiver.History, new Random(plan.Seed), stopping),
            ]);

            Uri AnyProcess() => fleet.Any(Random.Shared);
        }

        await postgres.QuietAsync(); // what clients gave up may have been under way until now
        await using var service = await ApiProcess.StartAsync(database, settings);
        var aftermath = await Aftermath.ReadAsync(database, tenant, http, service.Url, apiKey, history);
        await Task.WhenAll(readings.Select(reading => new FeedReader(http, () => service.Url, apiKey, reading).CatchUpAsync(aftermath.Events[^1].Place, database)));
        await new JourneyOperator(http, () => service.Url, apiKey).CatchUpAsync();
        return CrashReport.Of(plan, history.Attempts, readings, receiver.History, aftermath, await JourneyAftermath.ReadAsync(database, tenant));
    }

    private static IEnumerable<Client> ClientsOf(CrashPlan plan, Recorder recorder) => Enumerable.Range(0, plan.Clients)
        .Select<int, Client>(client => stopping => recorder.RunAsync($"{client}", new Random(plan.Seed + client), stopping));

    private static async Task RunAsync(Chaos chaos, CrashPlan plan, IReadOnlyList<Client> clients)
    {
        using var stopping = new CancellationTokenSource();
        var running = clients.Select(client => client(stopping.Token)).ToList();
        try
        {
            await chaos.RunAsync(plan.Rounds);
        }
        finally
        {
            await stopping.CancelAsync();
            await Task.WhenAll(running);
        }
    }

    /// <returns>A tenant, a key to it, and the types of which events will be recorded.</returns>
    private static async Task<(TenantId Tenant, string ApiKey, IReadOnlyList<EventTypeResponse> EventTypes)> PrepareAsync(string database)
    {
        await Migrator.MigrateAsync(database, CancellationToken.None);
        await using var services = new ServiceCollection().AddFlownally(new ConfigurationBuilder().Build(), database).BuildServiceProvider();
        var mediator = services.GetRequiredService<IMediator>();
        var tenant = (await mediator.Send(new CreateTenant("Crash"))).Value.Id;
        var apiKey = (await mediator.Send(new CreateApiKey(tenant, Role.Owner, Scopes.All))).Value.Secret.Reveal();
        var catalog = (await mediator.Send(new ListEventTypes(Caller.Operator(tenant), PageSize.Default, null))).Value;
        return (tenant, apiKey, [.. catalog.EventTypes.Where(type => Recorder.EventTypes.Contains(type.Name.Value))]);
    }
}
