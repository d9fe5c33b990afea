using System.Globalization;
using System.Text.Json;
using Flownally.Api.Tests.Feed;
using Flownally.Application.Events;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Recording;
using Flownally.Load.Crash;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Flownally.Api.Tests.Crash;

/// <summary>Writers, clients and a feed that are broken on purpose are caught by the checkers of the crash test.</summary>
public sealed class BrokenOnPurposeTests
{
    private const int Requests = 20;
    private const int LateTransactions = 5;

    [Test]
    public async Task A_client_that_asks_again_without_its_key_stores_twice()
    {
        var violations = await RecordAsync(keepsKeys: false);
        Assert.That(violations.OfType<StoredTwice>().Count(), Is.EqualTo(Requests));
    }

    [Test]
    public async Task The_same_client_with_its_keys_stores_once() => Assert.That(await RecordAsync(keepsKeys: true), Is.Empty);

    [Test]
    public async Task A_writer_that_answers_before_the_commit_loses_what_it_acknowledged()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var history = new History();
        await using (var services = new ServiceCollection().AddFlownally(new ConfigurationBuilder().Build(), Service.ConnectionString)
            .AddSingleton<IEventLog, HastyLog>().BuildServiceProvider())
        {
            for (var i = 0; i < Requests; i++)
            {
                var request = new Request($"{i}", "ctc_1", "signup.completed", null, KeyInBody: false);
                var sent = History.Now;
                var recorded = await services.GetRequiredService<IMediator>().Send(new RecordEvent(Caller.Operator(workspace.Tenant), ContactId.Parse(request.Contact),
                    new EventTypeReference(null, request.EventType), Payload.Parse(JsonElement.Parse($$"""{"marker":"{{i}}"}""")).Value));
                history.Add(new Attempt(request, sent, History.Now, Reply.Recorded, recorded.Value.Event.Id));
            }
        }

        var violations = await CheckAsync(workspace, history);
        Assert.That(violations.OfType<Lost>().Count(), Is.EqualTo(HastyLog.LostAtTheEnd));
        Assert.That(violations, Has.All.TypeOf<Lost>());
    }

    [Test]
    public async Task A_feed_in_the_order_of_the_sequence_passes_over_what_commits_late_and_shows_the_rest_in_another_order()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var (history, reading) = (new History(), new Reading(FeedForm.Pages));
        await using var source = NpgsqlDataSource.Create(Service.ConnectionString);
        var aftermath = await RecordOutOfOrderAsync(workspace, history, () => ReadByPositionAsync(source, workspace.Tenant, reading));
        var violations = FeedChecker.Check([reading], history.Attempts, aftermath);
        Assert.That(violations.OfType<NotSeen>().Single().Events, Is.EqualTo(LateTransactions));
        Assert.That(violations.OfType<SeenInOtherOrder>().Count(), Is.EqualTo(LateTransactions));
        Assert.That(violations, Has.All.TypeOf<NotSeen>().Or.TypeOf<SeenInOtherOrder>());
    }

    [Test]
    public async Task The_feed_itself_shows_each_once_in_the_order_in_which_it_is_stored()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var (history, reading) = (new History(), new Reading(FeedForm.Pages));
        using var http = new HttpClient();
        var reader = new FeedReader(http, () => Service.Url, workspace.Key, reading);
        var aftermath = await RecordOutOfOrderAsync(workspace, history, () => reader.ReadPageAsync(wait: 0, CancellationToken.None));
        await reader.CatchUpAsync(aftermath.Events[^1].Place, Service.ConnectionString);
        Assert.That(reading.Sightings, Has.Count.EqualTo(3 * LateTransactions));
        Assert.That(FeedChecker.Check([reading], history.Attempts, aftermath), Is.Empty);
    }

    /// <summary>Each long transaction records before and after a short one that commits and is read while the long one is open.</summary>
    private static async Task<Aftermath> RecordOutOfOrderAsync(Workspace workspace, History history, Func<Task> readAsync)
    {
        using var http = new HttpClient();
        var recorder = new Recorder(http, () => Service.Url, workspace.Key, history);
        for (var i = 0; i < LateTransactions; i++)
        {
            await using var late = await workspace.BeginRecordingAsync();
            await recorder.RecordAsync(new Request($"{i}", "ctc_1", "signup.completed", null, KeyInBody: false), insists: false);
            await readAsync();
            await late.RecordAsync();
            await late.CommitAsync();
            await readAsync();
        }

        return await Aftermath.ReadAsync(Service.ConnectionString, workspace.Tenant, http, Service.Url, workspace.Key, history);
    }

    /// <summary>Takes the order in which positions were given out for the order in which they can be read.</summary>
    private static async Task ReadByPositionAsync(NpgsqlDataSource source, TenantId tenant, Reading reading)
    {
        var after = reading.Cursor.Length == 0 ? 0 : long.Parse(reading.Cursor, CultureInfo.InvariantCulture);
        await using var command = source.CreateCommand($"SELECT id, position FROM events WHERE tenant_id = '{tenant.Value}' AND position > {after} ORDER BY position");
        await using var events = await command.ExecuteReaderAsync();
        while (await events.ReadAsync())
        {
            reading.Add([new EventId(events.GetGuid(0))], $"{events.GetInt64(1)}");
        }
    }

    private static async Task<IReadOnlyList<Violation>> RecordAsync(bool keepsKeys)
    {
        var workspace = await Service.NewWorkspaceAsync();
        using var http = new HttpClient(new LosesFirstAnswers { InnerHandler = new SocketsHttpHandler() });
        var history = new History();
        var recorder = new Recorder(http, () => Service.Url, workspace.Key, history) { KeepsKeys = keepsKeys };
        for (var i = 0; i < Requests; i++)
        {
            await recorder.RecordAsync(new Request($"{i}", "ctc_1", "signup.completed", $"key-{i}", KeyInBody: i % 2 == 0), insists: true);
        }

        return await CheckAsync(workspace, history);
    }

    private static async Task<IReadOnlyList<Violation>> CheckAsync(Workspace workspace, History history)
    {
        using var http = new HttpClient();
        return Checker.Check(history.Attempts, await Aftermath.ReadAsync(Service.ConnectionString, workspace.Tenant, http, Service.Url, workspace.Key, history));
    }

    /// <summary>A network that loses every second answer, after the service has done its work.</summary>
    private sealed class LosesFirstAnswers : DelegatingHandler
    {
        private int _calls;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = await base.SendAsync(request, cancellationToken);
            return _calls++ % 2 == 1 ? response : throw new HttpRequestException("The answer was lost.");
        }
    }

    /// <summary>Acknowledges at once and writes later, in groups; its process ends before the last group is written.</summary>
    private sealed class HastyLog(IEventWriter writer) : IEventLog
    {
        public const int LostAtTheEnd = Requests % Together;

        private const int Together = 8;

        private readonly List<Event> _waiting = [];

        public async Task<RecordingOutcome> RecordAsync(Event @event, CancellationToken cancellationToken)
        {
            _waiting.Add(@event);
            if (_waiting.Count >= Together)
            {
                await writer.WriteAsync(_waiting, lane: 0);
                _waiting.Clear();
            }

            return RecordingOutcome.Recorded.Instance;
        }

        public Task<IReadOnlyList<RecordingOutcome>> RecordAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken) =>
            throw new NotSupportedException();
    }
}
