using Flownally.Api.Tests.Postgres;
using Flownally.Application.ApiKeys;
using Flownally.Application.Feed;
using Flownally.Application.Tenants;
using Flownally.Domain.ApiKeys;
using Flownally.Infrastructure.Journeys;
using Flownally.Infrastructure.Postgres;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Flownally.Api.Tests;

/// <summary>Processes of the service on a database of their own, and a workspace that the first of them answers.</summary>
internal sealed class OwnService : IAsyncDisposable
{
    private readonly TimeSpan? _heartbeat;
    private readonly List<WebApplication> _processes = [];
    private readonly NpgsqlDataSource _owner;

    private OwnService(string connectionString, TimeSpan? heartbeat)
    {
        (ConnectionString, _heartbeat) = (connectionString, heartbeat);
        _owner = NpgsqlDataSource.Create(connectionString);
    }

    public string ConnectionString { get; }

    public Workspace Workspace { get; private set; } = null!;

    public string Url => _processes[0].Urls.Single();

    /// <summary>What the first process is made of.</summary>
    public IServiceProvider Services => _processes[0].Services;

    /// <param name="heartbeat">Of its streams; null for the ordinary one.</param>
    public static async Task<OwnService> StartAsync(string name, TimeSpan? heartbeat = null)
    {
        var connectionString = await DatabaseTests.NewDatabaseAsync($"own_{name}");
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        return await StartOnAsync(connectionString, heartbeat);
    }

    /// <summary>On a database that is there, also one with other workspaces.</summary>
    public static async Task<OwnService> StartOnAsync(string connectionString, TimeSpan? heartbeat = null)
    {
        var service = new OwnService(connectionString, heartbeat);
        var url = await service.StartProcessAsync();
        var tenant = (await service.SendAsync(new CreateTenant("Test"))).Value.Id;
        var key = await service.NewKeyAsync(tenant);
        service.Workspace = new Workspace(tenant, key, new Uri(url));
        return service;
    }

    /// <returns>The workspace as another process answers it.</returns>
    public async Task<Workspace> StartAnotherAsync() => Workspace.At(await StartProcessAsync());

    public Task<TResponse> SendAsync<TResponse>(IRequest<TResponse> request) => Services.GetRequiredService<IMediator>().Send(request);

    public async Task<Workspace> NewWorkspaceAsync()
    {
        var tenant = (await SendAsync(new CreateTenant("Test"))).Value.Id;
        return new Workspace(tenant, await NewKeyAsync(tenant), new Uri(Url));
    }

    /// <summary>Ends the first process as Ctrl-C does.</summary>
    public Task StopAsync() => _processes[0].StopAsync();

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<IReadOnlyList<T>> AskAsync<T>(string sql)
    {
        await using var command = _owner.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        List<T> answers = [];
        while (await reader.ReadAsync())
        {
            answers.Add(reader.GetFieldValue<T>(0));
        }

        return answers;
    }

    /// <summary>The plan that serves whatever the parameters are, as it went for these.</summary>
    public async Task<string> PlanAsync(string sql, params (string Name, string Type, string Value)[] parameters)
    {
        foreach (var (i, parameter) in parameters.Index())
        {
            sql = sql.Replace(parameter.Name, $"${i + 1}", StringComparison.Ordinal);
        }

        var plan = string.Join('\n', await AskAsync<string>($"""
            DO $$ BEGIN PERFORM verify_feed_clock(); END $$;
            SET plan_cache_mode = force_generic_plan;
            DEALLOCATE ALL;
            PREPARE asked ({string.Join(", ", parameters.Select(parameter => parameter.Type))}) AS {sql};
            EXPLAIN (ANALYZE, COSTS OFF, TIMING OFF) EXECUTE asked({string.Join(", ", parameters.Select(parameter => parameter.Value))})
            """));
        return plan.Replace(".00 loops=", " loops=", StringComparison.Ordinal); // PostgreSQL 18 counts rows in hundredths
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var process in _processes)
        {
            await process.StopAsync();
            await process.DisposeAsync();
        }

        await _owner.DisposeAsync();
    }

    private async Task<string> StartProcessAsync()
    {
        var process = ApiHost.Build(ConnectionString, "http://127.0.0.1:0");
        var feed = process.Services.GetRequiredService<IOptions<FeedOptions>>().Value;
        feed.Heartbeat = _heartbeat ?? feed.Heartbeat;
        process.Services.GetRequiredService<IOptions<JourneyOptions>>().Value.AllowPrivateTargets = true;
        await process.StartAsync();
        _processes.Add(process);
        return process.Urls.Single();
    }

    private async Task<string> NewKeyAsync(Domain.Tenants.TenantId tenant) =>
        (await SendAsync(new CreateApiKey(tenant, Role.Owner, Scopes.All))).Value.Secret.Reveal();
}
