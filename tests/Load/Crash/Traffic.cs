using Flownally.Api;
using Flownally.Application.ApiKeys;
using Flownally.Application.EventTypes;
using Flownally.Application.Paging;
using Flownally.Application.Tenants;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Flownally.Load.Crash;

/// <summary>
/// What goes on while things are killed: clients record events, readers follow the feed, and journeys are switched on and off and tell
/// a receiver. It keeps what all of them were told, so that it can be compared with what is stored.
/// </summary>
internal sealed class Traffic : IAsyncDisposable
{
    /// <summary>Entries in a step, so few that the tenant is behind again and again.</summary>
    private const int SmallShare = 1;

    /// <summary>How many of the types have journeys.</summary>
    private const int JourneyTypes = 2;

    /// <summary>What a process of the service needs for it.</summary>
    private static readonly (string, string)[] Settings =
    [
        Journeys.Setting, ("Journeys__Share__Entries", $"{SmallShare}"),
        ("Logging__LogLevel__Default", "Error"), ("Logging__LogLevel__Microsoft", "Error"),
    ];

    private readonly string _database;
    private readonly TenantId _tenant;
    private readonly string _apiKey;
    private readonly IReadOnlyList<EventTypeResponse> _types;
    private readonly IReadOnlyList<Reading> _readings;
    private readonly WebhookReceiver _receiver;
    private readonly HttpClient _http;
    private readonly History _history = new();

    private Traffic(string database, TenantId tenant, string apiKey, IReadOnlyList<EventTypeResponse> types, WebhookReceiver receiver, HttpClient http)
    {
        (_database, _tenant, _apiKey, _types, _receiver, _http) = (database, tenant, apiKey, types, receiver, http);
        _readings = [.. from form in Enum.GetValues<FeedForm>() from type in new[] { null, types[0] } select new Reading(form, type)];
    }

    /// <summary>Does what it does until it is told to stop.</summary>
    private delegate Task Client(CancellationToken stopping);

    /// <summary>Makes a tenant, a key and a receiver of webhooks on a new database.</summary>
    /// <param name="database">Of the owner.</param>
    /// <param name="http">By which all clients call the service; disposed with the traffic.</param>
    public static async Task<Traffic> PrepareAsync(string database, HttpClient http)
    {
        await Migrator.MigrateAsync(database, CancellationToken.None);
        await using var services = new ServiceCollection().AddFlownally(new ConfigurationBuilder().Build(), database).BuildServiceProvider();
        var mediator = services.GetRequiredService<IMediator>();
        var tenant = (await mediator.Send(new CreateTenant("Crash"))).Value.Id;
        var apiKey = (await mediator.Send(new CreateApiKey(tenant, Role.Owner, Scopes.All))).Value.Secret.Reveal();
        var catalog = (await mediator.Send(new ListEventTypes(Caller.Operator(tenant), PageSize.Default, null))).Value;
        var types = catalog.EventTypes.Where(type => Recorder.EventTypes.Contains(type.Name.Value)).ToList();
        return new Traffic(database, tenant, apiKey, types, await WebhookReceiver.StartAsync(), http);
    }

    /// <summary>Starts a process of the service for it.</summary>
    /// <param name="groupCommit">False gives each event a transaction of its own.</param>
    public static Task<ApiProcess> StartServiceAsync(string database, bool groupCommit) => groupCommit
        ? ApiProcess.StartAsync(database, Settings)
        : ApiProcess.StartSingleCommitAsync(database, Settings);

    /// <summary>Goes on for as long as <paramref name="meanwhile"/> does.</summary>
    /// <param name="service">A process of the service, another one each time.</param>
    /// <param name="clients">How many record.</param>
    public async Task RunAsync(Func<Uri> service, int clients, int seed, Func<Task> meanwhile)
    {
        var changes = new JourneyOperator(_http, service, _apiKey);
        _receiver.History = await changes.CreateAsync(_types.Take(JourneyTypes), _receiver);
        var recorder = new Recorder(_http, service, _apiKey, _history);
        IReadOnlyList<Client> all =
        [
            .. Enumerable.Range(0, clients).Select<int, Client>(client => stopping => recorder.RunAsync($"{client}", new Random(seed + client), stopping)),
            .. _readings.Select<Reading, Client>(reading => new FeedReader(_http, service, _apiKey, reading).RunAsync),
            stopping => changes.RunAsync(_receiver.History, new Random(seed), stopping),
        ];
        using var stopping = new CancellationTokenSource();
        var running = all.Select(client => client(stopping.Token)).ToList();
        var going = meanwhile();
        await going.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await stopping.CancelAsync();
        await Task.WhenAll([going, .. running]); // where both failed, the clients did so because of the other
    }

    /// <summary>Lets readers and journeys catch up, and reads what is stored. Nothing may be under way any more.</summary>
    /// <param name="service">A process of the service, another one each time.</param>
    public async Task<Outcome> ConcludeAsync(Func<Uri> service)
    {
        var aftermath = await Aftermath.ReadAsync(_database, _tenant, _http, service(), _apiKey, _history);
        await Task.WhenAll(_readings.Select(reading => new FeedReader(_http, service, _apiKey, reading).CatchUpAsync(aftermath.Events[^1].Place, _database)));
        await new JourneyOperator(_http, service, _apiKey).CatchUpAsync();
        return new Outcome(_history.Attempts, _readings, _receiver.History, aftermath, await JourneyAftermath.ReadAsync(_database, _tenant));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _receiver.DisposeAsync();
    }
}
