using System.Globalization;
using Flownally.Application.Events;
using Flownally.Application.Paging;
using Flownally.Application.Retention;
using Flownally.Application.Tenants;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Events;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure;
using Flownally.Infrastructure.Postgres;
using Flownally.Infrastructure.Recording;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace Flownally.Api.Tests.Postgres;

/// <summary>A database of its own whose time the test moves on. It begins in January 2020, with partitions to June.</summary>
internal sealed class AgingDatabase : IAsyncDisposable
{
    private static readonly DateOnly FirstMonth = new(2020, 1, 1);

    private readonly ServiceProvider _services;
    private readonly NpgsqlDataSource _owner;

    private AgingDatabase(string connectionString, ServiceProvider services, FakeTimeProvider clock)
    {
        (ConnectionString, _services, Clock) = (connectionString, services, clock);
        _owner = NpgsqlDataSource.Create(connectionString);
    }

    public string ConnectionString { get; }

    public FakeTimeProvider Clock { get; }

    public TenantId Tenant { get; private set; }

    public IServiceProvider Services => _services;

    private IRetention Retention => _services.GetRequiredService<IRetention>();

    /// <param name="account">Is made, owns nothing, and is what the service connects as; null for the owner.</param>
    public static async Task<AgingDatabase> StartAsync(string name, int? months = 1, string? account = null)
    {
        var connectionString = await DatabaseTests.NewDatabaseAsync($"retention_{name}");
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        if (account is not null)
        {
            await using var owner = NpgsqlDataSource.Create(connectionString);
            await using var create = owner.CreateCommand($"CREATE ROLE {account} LOGIN IN ROLE {Migrator.ApiRole}");
            await create.ExecuteNonQueryAsync();
        }

        var settings = new Dictionary<string, string?> { ["Retention:Months"] = months?.ToString(CultureInfo.InvariantCulture) };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var clock = new FakeTimeProvider(At(1, 10));
        var ordinary = new NpgsqlConnectionStringBuilder(connectionString);
        ordinary.Username = account ?? ordinary.Username;
        var services = new ServiceCollection().AddLogging().AddFlownally(configuration, ordinary.ConnectionString).AddBackgroundWork()
            .Configure<DatabaseOptions>(database => database.MaxClockSkew = TimeSpan.MaxValue) // PostgreSQL's clock is not that of the test
            .AddSingleton<TimeProvider>(clock).BuildServiceProvider();
        await services.GetRequiredService<GroupCommitLog>().StartAsync(default);
        var database = new AgingDatabase(connectionString, services, clock);
        for (var month = FirstMonth; month < FirstMonth.AddMonths(6); month = month.AddMonths(1))
        {
            await database.ExecuteAsync($"""
                CREATE TABLE events_{month:yyyy_MM} (LIKE events INCLUDING DEFAULTS);
                ALTER TABLE events ATTACH PARTITION events_{month:yyyy_MM} FOR VALUES FROM (uuid_at('{month:yyyy-MM-dd}Z')) TO (uuid_at('{month.AddMonths(1):yyyy-MM-dd}Z'))
                """);
        }

        database.Tenant = (await database.SendAsync(new CreateTenant("Test"))).Value.Id;
        return database;
    }

    /// <summary>A day of 2020.</summary>
    public static DateTimeOffset At(int month, int day) => new(2020, month, day, 0, 0, 0, TimeSpan.Zero);

    public void MoveTo(int month, int day) => Clock.SetUtcNow(At(month, day));

    public Task<TResponse> SendAsync<TResponse>(IRequest<TResponse> request) => _services.GetRequiredService<IMediator>().Send(request);

    /// <summary>Records an event, and expects that it is taken.</summary>
    /// <returns>The event, and whether it was there before.</returns>
    public async Task<RecordedEvent> RecordAsync(string? key = null, string type = "signup.completed")
    {
        var recorded = await PassAsync(SendAsync(new RecordEvent(Caller.Operator(Tenant), ContactId.Parse("ctc_1"), new EventTypeReference(null, type), Payload.Empty,
            HeaderKey: key is null ? null : IdempotencyKey.Parse(key))));
        Assert.That(recorded.IsSuccess);
        return recorded.Value;
    }

    /// <summary>What a list of all events says that there are.</summary>
    public async Task<long> TotalAsync() => (await SendAsync(new ListEvents(Caller.Operator(Tenant), null, PageSize.Default, null))).Value.TotalSize;

    /// <summary>Records an event under a key in each of some months, the first of which is January, and goes to the middle of the next.</summary>
    public async Task RecordMonthlyAsync(int months)
    {
        for (var month = 1; month <= months; month++)
        {
            await RecordAsync($"k-{month}");
            MoveTo(month + 1, 15);
        }
    }

    public Task<IReadOnlyList<ExpiredMonth>> ListExpiredAsync() => Retention.ListAsync(default);

    public Task<RetentionOutcome?> ApplyAsync() => PassAsync(Retention.ApplyAsync(default));

    /// <summary>Begins, and lets no time pass: what is locked is not tried again.</summary>
    public Task<RetentionOutcome?> BeginApplyAsync() => Retention.ApplyAsync(default);

    /// <summary>Lets seconds pass in milliseconds until something is done.</summary>
    public async Task<T> PassAsync<T>(Task<T> task)
    {
        while (!task.IsCompleted)
        {
            Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(task, Task.Delay(5));
        }

        return await task;
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<T> AskAsync<T>(string sql)
    {
        await using var command = _owner.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>Waits until a question is answered with yes.</summary>
    /// <param name="passing">How much time passes with each of at most 600 looks, for what may not have begun to wait yet.</param>
    public async Task UntilAsync(string question, TimeSpan passing = default)
    {
        for (var attempt = 0; !await AskAsync<bool>($"SELECT {question}"); attempt++)
        {
            Assert.That(attempt, Is.LessThan(600), $"not within half a minute: {question}");
            Clock.Advance(passing);
            await Task.Delay(50);
        }
    }

    /// <summary>A session in a transaction that stays open, and keeps to the state that it has seen first.</summary>
    public async Task<NpgsqlConnection> BeginAsync(string sql)
    {
        var connection = await _owner.OpenConnectionAsync();
        await using var command = new NpgsqlCommand($"BEGIN ISOLATION LEVEL REPEATABLE READ; {sql}", connection);
        await command.ExecuteNonQueryAsync();
        return connection;
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _owner.DisposeAsync();
    }
}
