using System.Text.Json;
using Flownally.Application.ApiKeys;
using Flownally.Application.EventTypes;
using Flownally.Application.Limits;
using Flownally.Application.Tenants;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.EmbeddedPostgres;
using Flownally.Infrastructure.Postgres;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

[assembly: Parallelizable(ParallelScope.All)]

namespace Flownally.Api.Tests;

/// <summary>The service on a real PostgreSQL and a real port, shared by all tests; each has a workspace of its own.</summary>
[SetUpFixture]
public sealed class Service
{
    private static readonly DirectoryInfo Data = Directory.CreateTempSubdirectory("flownally-tests-");
    private static EmbeddedServer? _database;
    private static WebApplication? _app;

    public static string ConnectionString => _database!.ConnectionString;

    public static Uri Url => new(_app!.Urls.Single());

    [OneTimeSetUp]
    public async Task Start()
    {
        File.SetUnixFileMode(Data.FullName, (UnixFileMode)0b111_101_101);
        _database = await EmbeddedServer.StartAsync(Data.FullName, TestContext.Progress.WriteLine, CancellationToken.None);
        await Migrator.MigrateAsync(ConnectionString, CancellationToken.None);
        _app = ApiHost.Build(ConnectionString, "http://127.0.0.1:0");
        _app.Services.GetRequiredService<IOptions<LimitOptions>>().Value.FailedAuthentications = null; // all tests call from one address
        await _app.StartAsync();
    }

    [OneTimeTearDown]
    public async Task Stop()
    {
        await _app!.StopAsync();
        await _app.DisposeAsync();
        await _database!.DisposeAsync();
        Data.Delete(recursive: true);
    }

    /// <summary>Sends a request to the application, past HTTP.</summary>
    public static async Task<T> SendAsync<T>(IRequest<Result<T>> request) =>
        (await _app!.Services.GetRequiredService<IMediator>().Send(request)).Value;

    public static async Task<Workspace> NewWorkspaceAsync()
    {
        var tenant = await SendAsync(new CreateTenant("Test"));
        return new Workspace(tenant.Id, await NewKeyAsync(tenant.Id, Role.Owner, Scopes.All));
    }

    public static async Task<string> NewKeyAsync(TenantId tenant, Role role, IReadOnlyList<string> scopes, DateTimeOffset? expires = null) =>
        (await SendAsync(new CreateApiKey(tenant, role, scopes, ExpiresAt: expires))).Secret.Reveal();

    public static async Task<EventTypeResponse> NewTypeAsync(TenantId tenant, string name, string? schema = null) =>
        (await SendAsync(new CreateEventType(Caller.Operator(tenant), EventTypeName.Parse(name), null,
            schema is null ? null : PayloadSchema.Parse(JsonElement.Parse(schema)).Value))).EventType;
}
