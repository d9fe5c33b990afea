using System.Text.Json;
using Flownally.Application.Events;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Infrastructure.Events;
using Flownally.Load.Crash;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Flownally.Api.Tests.Crash;

/// <summary>Writers and clients that are broken on purpose are caught by the checker of the crash test.</summary>
public sealed class BrokenOnPurposeTests
{
    private const int Requests = 20;

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
                var recorded = await services.GetRequiredService<IMediator>().Send(new RecordEvent(workspace.Tenant, ContactId.Parse(request.Contact),
                    new EventTypeReference(null, request.EventType), Payload.Parse(JsonElement.Parse($$"""{"marker":"{{i}}"}""")).Value));
                history.Add(new Attempt(request, sent, History.Now, Reply.Recorded, recorded.Value.Event.Id));
            }
        }

        var violations = await CheckAsync(workspace, history);
        Assert.That(violations.OfType<Lost>().Count(), Is.EqualTo(HastyLog.LostAtTheEnd));
        Assert.That(violations, Has.All.TypeOf<Lost>());
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
    private sealed class HastyLog(EventWriter writer) : IEventLog
    {
        public const int LostAtTheEnd = Requests % Together;

        private const int Together = 8;

        private readonly List<Event> _waiting = [];

        public async Task<IReadOnlyList<AppendOutcome>> AppendAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken)
        {
            _waiting.AddRange(events);
            if (_waiting.Count >= Together)
            {
                await writer.WriteAsync(_waiting, cancellationToken);
                _waiting.Clear();
            }

            return [.. events.Select(_ => AppendOutcome.Appended.Instance)];
        }
    }
}
