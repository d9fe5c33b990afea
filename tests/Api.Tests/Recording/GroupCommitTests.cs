using System.Text.Json;
using Flownally.Api.Tests.Postgres;
using Flownally.Application;
using Flownally.Application.Events;
using Flownally.Application.EventTypes;
using Flownally.Application.Tenants;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Ids;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;
using Flownally.Infrastructure.Recording;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Testing;
using Npgsql;
using EventId = Flownally.Domain.Events.EventId;

namespace Flownally.Api.Tests.Recording;

/// <summary>What waits together is written together, and yet nobody suffers for a neighbour.</summary>
public sealed class GroupCommitTests
{
    private static readonly IdGenerator Ids = new(TimeProvider.System);

    [Test]
    public async Task What_waits_shares_a_transaction()
    {
        await using var log = await Recording.StartAsync("shared");
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 400).Select(i => log.RecordAsync(log.NewEvent($"k-{i}"))));
        Assert.That(outcomes, Is.All.TypeOf<RecordingOutcome.Recorded>());
        Assert.That(await log.AskAsync("SELECT count(*) FROM events"), Is.EqualTo(400));
        Assert.That(await log.AskAsync("SELECT count(DISTINCT transaction_id) FROM events"), Is.LessThan(100));
    }

    [Test]
    public async Task Each_learns_what_became_of_its_own()
    {
        await using var log = await Recording.StartAsync("each");
        var first = log.NewEvent("k-1");
        await log.RecordAsync(first);
        Event[] events = [log.NewEvent("k-1"), log.NewEvent("k-2"), log.NewEvent("k-2"), log.NewEvent(), log.NewEvent(revision: 7)];
        var outcomes = await Task.WhenAll(events.Select(log.RecordAsync));
        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcomes[0], Is.EqualTo(new RecordingOutcome.KeyTaken(first.Id, first.Fingerprint!.Value)));
            Assert.That(outcomes[1..3].OfType<RecordingOutcome.Recorded>().Count(), Is.EqualTo(1));
            Assert.That(outcomes[1..3].OfType<RecordingOutcome.KeyTaken>().Single().By, Is.AnyOf(events[1].Id, events[2].Id));
            Assert.That(outcomes[3], Is.TypeOf<RecordingOutcome.Recorded>());
            Assert.That(outcomes[4], Is.TypeOf<RecordingOutcome.TypeChanged>());
        }
    }

    [Test]
    public async Task A_row_that_cannot_be_written_fails_alone()
    {
        await using var log = await Recording.StartAsync("poisoned");
        await log.ExecuteAsync("ALTER TABLE events ADD CHECK (contact_id <> 'poison')");
        var appends = Enumerable.Range(0, 50).Select(i => log.RecordAsync(log.NewEvent(contact: i == 20 ? "poison" : "ctc_1"))).ToList();
        for (var i = 0; i < appends.Count; i++)
        {
            var outcome = await appends[i];
            Assert.That(outcome is RecordingOutcome.Failed { Exception: PostgresException } ? i == 20 : outcome is RecordingOutcome.Recorded && i != 20, $"{i}: {outcome}");
        }

        Assert.That(await log.AskAsync("SELECT count(*) FROM events"), Is.EqualTo(49));
    }

    [Test]
    public async Task A_call_with_many_is_written_whole_and_each_of_its_events_fails_alone()
    {
        await using var log = await Recording.StartAsync("many", ("Recording:MaxWaiting", "10"));
        await log.ExecuteAsync("ALTER TABLE events ADD CHECK (contact_id <> 'poison')");
        var outcomes = await log.RecordAsync(Enumerable.Range(0, 1_000).Select(_ => log.NewEvent()));
        Assert.That(outcomes, Is.All.TypeOf<RecordingOutcome.Recorded>());
        Assert.That(await log.AskAsync("SELECT count(DISTINCT transaction_id) FROM events"), Is.EqualTo(1));
        outcomes = await log.RecordAsync(Enumerable.Range(0, 100).Select(i => log.NewEvent(contact: i is 7 or 70 ? "poison" : "ctc_1")));
        Assert.That(Enumerable.Range(0, 100).Where(i => outcomes[i] is RecordingOutcome.Recorded == (i is 7 or 70)), Is.Empty);
        Assert.That(await log.AskAsync("SELECT count(*) FROM events"), Is.EqualTo(1_098));
    }

    [Test]
    public async Task One_that_goes_takes_nobody_along()
    {
        await using var log = await Recording.StartAsync("gone");
        await using var blocked = await log.BlockAsync("LOCK TABLE event_counts IN EXCLUSIVE MODE");
        using var goes = new CancellationTokenSource();
        var held = log.RecordAsync(log.NewEvent());
        var gone = log.RecordAsync(log.NewEvent("k-1"), goes.Token);
        var stays = log.RecordAsync(log.NewEvent("k-2"));
        await goes.CancelAsync();
        await Assert.ThatAsync(() => gone, Throws.InstanceOf<OperationCanceledException>());
        await blocked.DisposeAsync();
        Assert.That(await Task.WhenAll(held, stays), Is.All.TypeOf<RecordingOutcome.Recorded>());
        Assert.That(await log.AskAsync("SELECT count(*) FROM event_keys WHERE key = 'k-1'"), Is.LessThan(2));
    }

    [Test]
    public async Task More_than_may_wait_is_turned_away_at_once_and_leaves_no_trace()
    {
        await using var log = await Recording.StartAsync("full", ("Recording:MaxWaiting", "10"));
        await using var blocked = await log.BlockAsync("LOCK TABLE event_counts IN EXCLUSIVE MODE");
        var appends = Enumerable.Range(0, 1_000).Select(_ => log.RecordAsync(log.NewEvent())).ToList();
        var turnedAway = appends.Count(append => append.IsCompletedSuccessfully && append.Result is RecordingOutcome.Overloaded);
        Assert.That(turnedAway, Is.GreaterThan(400));
        await blocked.DisposeAsync();
        var outcomes = await Task.WhenAll(appends);
        Assert.That(await log.AskAsync("SELECT count(*) FROM events"), Is.EqualTo(outcomes.OfType<RecordingOutcome.Recorded>().Count()));
        Assert.That(outcomes.OfType<RecordingOutcome.Overloaded>().Count(), Is.EqualTo(turnedAway));
    }

    [Test]
    public async Task A_type_that_is_being_changed_holds_up_its_own_events_only()
    {
        await using var log = await Recording.StartAsync("held");
        var other = await log.NewTypeAsync("other");
        await using var blocked = await log.BlockAsync($"UPDATE event_types SET revision = 2 WHERE id = '{other.Id.Value}'");
        var held = log.RecordAsync(log.NewEvent(type: other));
        Assert.That(await log.RecordAsync(log.NewEvent()), Is.TypeOf<RecordingOutcome.Recorded>());
        Assert.That(held.IsCompleted, Is.False);
        await blocked.CommitAsync();
        Assert.That(await held, Is.TypeOf<RecordingOutcome.TypeChanged>());
    }

    [Test]
    public async Task A_tenant_that_floods_does_not_delay_the_event_of_another()
    {
        await using var log = await Recording.StartAsync("flooded", ("Recording:MaxWaiting", "100000"));
        var other = await log.NewTypeAsync("other", await log.NewTenantAsync());
        await using var blocked = await log.BlockAsync("LOCK TABLE event_counts IN EXCLUSIVE MODE");
        var flood = Enumerable.Range(0, 10_000).Select(_ => log.RecordAsync(log.NewEvent())).ToList();
        var last = log.RecordAsync(log.NewEvent(type: other));
        await blocked.DisposeAsync();
        Assert.That(await last, Is.TypeOf<RecordingOutcome.Recorded>());
        Assert.That(await Task.WhenAll(flood), Is.All.TypeOf<RecordingOutcome.Recorded>());
        Assert.That(await log.AskAsync($"SELECT count(DISTINCT transaction_id) FROM events WHERE transaction_id < (SELECT transaction_id FROM events WHERE event_type_id = '{other.Id.Value}')"),
            Is.AtMost(3), "Two had begun, and one went beside it.");
    }

    [Test]
    public async Task A_tenant_may_have_half_of_the_room_and_is_turned_away_alone()
    {
        await using var log = await Recording.StartAsync("half", ("Recording:MaxWaiting", "100"));
        var other = await log.NewTypeAsync("other", await log.NewTenantAsync());
        await using var blocked = await log.BlockAsync("LOCK TABLE event_counts IN EXCLUSIVE MODE");
        var first = log.RecordAsync(log.NewEvent());
        await blocked.UntilInTheWayAsync();
        var flood = Enumerable.Range(0, 1_000).Select(_ => log.RecordAsync(log.NewEvent())).ToList();
        Assert.That(flood.Count(append => !append.IsCompleted), Is.EqualTo(50));
        var others = Enumerable.Range(0, 10).Select(_ => log.RecordAsync(log.NewEvent(type: other))).ToList();
        Assert.That(others.Count(append => append.IsCompleted), Is.Zero);
        await blocked.DisposeAsync();
        Assert.That(await Task.WhenAll([first, .. others]), Is.All.TypeOf<RecordingOutcome.Recorded>());
        Assert.That((await Task.WhenAll(flood)).Count(outcome => outcome is RecordingOutcome.Recorded), Is.EqualTo(50));
    }

    [Test]
    public async Task What_is_sent_while_a_type_is_locked_does_not_grow_with_those_who_wait()
    {
        await using var log = await Recording.StartAsync("locked");
        await using var blocked = await log.BlockAsync($"SELECT FROM event_types WHERE id = '{log.Type.Id.Value}' FOR UPDATE");
        var first = log.RecordAsync(log.NewEvent());
        await log.Writer.UntilSentAsync(2); // by now it is known to be locked
        var (sent, clock) = (log.Writer.Events, System.Diagnostics.Stopwatch.StartNew());
        var appends = Enumerable.Range(0, 1_000).Select(_ => log.RecordAsync(log.NewEvent())).ToList();
        using var goes = new CancellationTokenSource();
        var gone = log.RecordAsync(log.NewEvent(), goes.Token);
        await Task.Delay(700);
        await goes.CancelAsync();
        await Assert.ThatAsync(() => gone, Throws.InstanceOf<OperationCanceledException>());
        Assert.That(log.Writer.Events - sent, Is.InRange(1, 6 + (clock.ElapsedMilliseconds / 250)));
        Assert.That(appends.Any(append => append.IsCompleted), Is.False);
        await blocked.DisposeAsync();
        Assert.That(await Task.WhenAll([first, .. appends]), Is.All.TypeOf<RecordingOutcome.Recorded>());
        Assert.That(await log.AskAsync("SELECT count(*) FROM events"), Is.EqualTo(1_001));
        Assert.That(await log.AskAsync("SELECT count(DISTINCT transaction_id) FROM events"), Is.AtMost(5));
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task Where_the_keys_cannot_be_read_only_those_that_lost_theirs_fail(bool outage)
    {
        await using var log = await Recording.StartAsync($"keys_{outage}".ToLowerInvariant());
        await log.RecordAsync(log.NewEvent("k-1"));
        Event[] events = [log.NewEvent("k-2"), log.NewEvent("k-1"), log.NewEvent()];
        IReadOnlyList<RecordingOutcome> outcomes;
        if (outage)
        {
            await using var blocked = await log.BlockAsync("LOCK TABLE retention IN ACCESS EXCLUSIVE MODE");
            var append = log.RecordAsync(events);
            await blocked.UntilInTheWayAsync();
            await log.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'");
            outcomes = await append;
        }
        else
        {
            await log.ExecuteAsync($"REVOKE SELECT ON retention FROM {Migrator.ApiRole}");
            outcomes = await log.RecordAsync(events);
        }

        using (Assert.EnterMultipleScope())
        {
            Assert.That(outcomes[0], Is.TypeOf<RecordingOutcome.Recorded>());
            Assert.That(outcomes[1], Is.TypeOf<RecordingOutcome.Failed>());
            Assert.That(((RecordingOutcome.Failed)outcomes[1]).Exception is DatabaseUnavailableException, Is.EqualTo(outage));
            Assert.That(outcomes[2], Is.TypeOf<RecordingOutcome.Recorded>());
            Assert.That(await log.AskAsync("SELECT count(*) FROM events"), Is.EqualTo(3));
        }
    }

    [TestCase(true)]
    [TestCase(false)]
    public async Task A_failure_of_recording_itself_is_told_and_ends_nothing(bool answers)
    {
        await using var log = await Recording.StartAsync($"failing_{answers}".ToLowerInvariant());
        log.Writer.Failing = answers ? () => [] : () => throw new InvalidOperationException("On purpose.");
        var appends = Enumerable.Range(0, 50).Select(_ => log.RecordAsync(log.NewEvent())).ToList();
        Assert.That(await Task.WhenAll(appends), Is.All.TypeOf<RecordingOutcome.Failed>());
        log.Writer.Failing = null;
        Assert.That(await log.RecordAsync(log.NewEvent()), Is.TypeOf<RecordingOutcome.Recorded>());
        Assert.That(log.Logs.GetSnapshot().Count(record => record.Level == LogLevel.Error), Is.Positive);
    }

    [Test]
    public async Task What_waits_at_the_end_is_written_still()
    {
        await using var log = await Recording.StartAsync("ending");
        var appends = Enumerable.Range(0, 1_000).Select(_ => log.RecordAsync(log.NewEvent())).ToList();
        await log.EndAsync();
        Assert.That(await Task.WhenAll(appends), Is.All.TypeOf<RecordingOutcome.Recorded>());
        Assert.That(await log.AskAsync("SELECT count(*) FROM events"), Is.EqualTo(1_000));
        Assert.That(await log.RecordAsync(log.NewEvent()), Is.TypeOf<RecordingOutcome.Overloaded>());
    }

    [Test]
    public async Task Where_connections_are_cut_what_was_acknowledged_is_there_and_the_keys_tell_about_the_rest()
    {
        await using var log = await Recording.StartAsync("cut");
        var events = Enumerable.Range(0, 2_000).Select(i => log.NewEvent($"k-{i}")).ToList();
        var cutting = Task.Run(async () =>
        {
            for (var i = 0; i < 20; i++)
            {
                await log.ExecuteAsync("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name ~ '^flownally( |$)'");
                await Task.Delay(20);
            }
        });
        var (acknowledged, doubtful) = (new List<Event>(), new List<Event>());
        foreach (var some in events.Chunk(50))
        {
            foreach (var (e, append) in some.Select(e => (e, log.RecordAsync(e))).ToList())
            {
                var outcome = await append;
                Assert.That(outcome, Is.TypeOf<RecordingOutcome.Recorded>().Or.Matches<RecordingOutcome>(o => o is RecordingOutcome.Failed { Exception: DatabaseUnavailableException }));
                (outcome is RecordingOutcome.Recorded ? acknowledged : doubtful).Add(e);
            }

            await Task.Delay(10);
        }

        await cutting;
        Assert.That(doubtful, Is.Not.Empty);
        foreach (var e in doubtful)
        {
            var outcome = await log.RecordAsync(e);
            Assert.That(outcome is RecordingOutcome.Recorded || outcome == new RecordingOutcome.KeyTaken(e.Id, e.Fingerprint!.Value), $"{outcome}");
        }

        Assert.That(await log.AskAsync("SELECT count(*) FROM events"), Is.EqualTo(events.Count));
        Assert.That(await log.AskAsync("SELECT count(DISTINCT idempotency_key) FROM events"), Is.EqualTo(events.Count));
        Assert.That(await log.AskAsync("SELECT sum(n)::bigint FROM event_counts"), Is.EqualTo(events.Count));
    }

    /// <summary>A log on a database of its own.</summary>
    private sealed class Recording(ServiceProvider services, string connectionString, NpgsqlDataSource owner, TenantId tenant) : IAsyncDisposable
    {
        private readonly GroupCommitLog _log = services.GetRequiredService<GroupCommitLog>();

        public EventType Type { get; private set; } = null!;

        public Sent Writer => (Sent)services.GetRequiredService<IEventWriter>();

        public FakeLogCollector Logs => services.GetRequiredService<FakeLogCollector>();

        public static async Task<Recording> StartAsync(string name, params (string Name, string Value)[] settings)
        {
            var connectionString = await DatabaseTests.NewDatabaseAsync($"group_commit_{name}");
            await Migrator.MigrateAsync(connectionString, CancellationToken.None);
            var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => (string?)s.Value)).Build();
            var registered = new ServiceCollection().AddFlownally(configuration, connectionString).AddFakeLogging();
            var writer = registered.Single(service => service.ServiceType == typeof(IEventWriter));
            registered.Remove(writer);
            var services = registered
                .AddSingleton<IEventWriter>(services => new Sent((IEventWriter)writer.ImplementationFactory!(services)))
                .BuildServiceProvider();
            var tenant = (await services.GetRequiredService<IMediator>().Send(new CreateTenant("Test"))).Value;
            var recording = new Recording(services, connectionString, NpgsqlDataSource.Create(connectionString), tenant.Id);
            recording.Type = await recording.NewTypeAsync("order.paid");
            await recording._log.StartAsync(default);
            return recording;
        }

        public async Task<TenantId> NewTenantAsync() => (await services.GetRequiredService<IMediator>().Send(new CreateTenant("Other"))).Value.Id;

        public async Task<EventType> NewTypeAsync(string name, TenantId? of = null)
        {
            var made = (await services.GetRequiredService<IMediator>().Send(new CreateEventType(Caller.Operator(of ?? tenant), EventTypeName.Parse(name)))).Value.EventType;
            return (await services.GetRequiredService<IEventTypeRepository>().FindAsync(of ?? tenant, made.Id, default))!;
        }

        public Event NewEvent(string? key = null, string contact = "ctc_1", EventType? type = null, int? revision = null)
        {
            type ??= Type;
            if (revision is not null)
            {
                type = new EventType { Id = type.Id, TenantId = tenant, Name = type.Name, Revision = revision.Value, CreatedAt = type.CreatedAt, UpdatedAt = type.UpdatedAt };
            }

            return type.Record(new EventId(Ids.Next()), ContactId.Parse(contact), Payload.Parse(JsonElement.Parse("""{"n":1}""")).Value, null,
                key is null ? null : IdempotencyKey.Parse(key), TimeProvider.System.GetUtcNow(), new Work(Work.PerPayload)).Value;
        }

        public Task<RecordingOutcome> RecordAsync(Event e) => RecordAsync(e, default);

        public Task<RecordingOutcome> RecordAsync(Event e, CancellationToken cancellationToken) => _log.RecordAsync(e, cancellationToken);

        public Task<IReadOnlyList<RecordingOutcome>> RecordAsync(IEnumerable<Event> events) => _log.RecordAsync(events.ToList(), default);

        /// <summary>As the end of a process does.</summary>
        public ValueTask EndAsync() => services.DisposeAsync();

        public async Task ExecuteAsync(string sql)
        {
            await using var command = owner.CreateCommand(sql);
            await command.ExecuteNonQueryAsync();
        }

        public async Task<long> AskAsync(string sql)
        {
            await using var command = owner.CreateCommand(sql);
            return (long)(await command.ExecuteScalarAsync())!;
        }

        /// <summary>Runs a statement in a transaction that stays open.</summary>
        public Task<Obstacle> BlockAsync(string sql) => Obstacle.StandAsync(sql, connectionString: connectionString);

        public async ValueTask DisposeAsync()
        {
            await services.DisposeAsync();
            await owner.DisposeAsync();
        }
    }

    /// <summary>Writes through another, and knows how much it was given.</summary>
    private sealed class Sent(IEventWriter writer) : IEventWriter
    {
        private int _events;

        public int Events => Volatile.Read(ref _events);

        /// <summary>Answers in place of the other; null where that is to.</summary>
        public Func<IReadOnlyList<RecordingOutcome>>? Failing { get; set; }

        public Task<IReadOnlyList<RecordingOutcome>> WriteAsync(IReadOnlyList<Event> events, int lane)
        {
            Interlocked.Add(ref _events, events.Count);
            return Failing is { } fail ? Task.FromResult(fail()) : writer.WriteAsync(events, lane);
        }

        public async Task UntilSentAsync(int events)
        {
            while (Events < events)
            {
                await Task.Delay(1);
            }
        }
    }
}
