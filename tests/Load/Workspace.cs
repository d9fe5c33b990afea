using System.Globalization;
using System.Text.Json;
using Flownally.Api;
using Flownally.Application.ApiKeys;
using Flownally.Application.EventTypes;
using Flownally.Application.Tenants;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.EventTypes;
using Flownally.Domain.Schemas;
using Flownally.Infrastructure.Postgres;
using MediatR;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Flownally.Load;

/// <summary>A tenant with event types and a key, on a database of its own.</summary>
internal sealed class Workspace : IAsyncDisposable
{
    private const string Schema = """
        {"type":"object","properties":{"orderId":{"type":"string","pattern":"^A-[0-9]+$"},"total":{"type":"number","minimum":0},"currency":{"enum":["EUR","USD"]},
        "lines":{"type":"array","items":{"type":"object","properties":{"sku":{"type":"string"},"quantity":{"type":"integer","minimum":1}},"required":["sku","quantity"]}}},"required":["orderId","total"]}
        """;

    /// <summary>
    /// So many that each of pgbench's clients can have its own: single transactions of one type wait for one another at
    /// the type's counter, and a baseline that waits would flatter the service.
    /// </summary>
    private const int TypeCount = 200;

    private static int _databases;

    private readonly NpgsqlDataSource _owner;

    private Workspace(NpgsqlDataSource owner, string connectionString, Guid tenant, IReadOnlyList<Guid> types, string key)
    {
        _owner = owner;
        ConnectionString = connectionString;
        Tenant = tenant;
        Types = types;
        Key = key;
    }

    public string ConnectionString { get; }

    public Guid Tenant { get; }

    /// <summary>Types <c>order.paid.0</c>, <c>order.paid.1</c> …, with a schema.</summary>
    public IReadOnlyList<Guid> Types { get; }

    public string Key { get; }

    public static async Task<Workspace> OpenAsync(string server)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"bench_{_databases++}");
        await using (var source = NpgsqlDataSource.Create(server))
        await using (var create = source.CreateCommand($"CREATE DATABASE {name}"))
        {
            await create.ExecuteNonQueryAsync();
        }

        var connectionString = new NpgsqlConnectionStringBuilder(server) { Database = name, CommandTimeout = 0 }.ConnectionString;
        await Migrator.MigrateAsync(connectionString, CancellationToken.None);
        await using var services = new ServiceCollection().AddFlownally(new ConfigurationBuilder().Build(), connectionString).BuildServiceProvider();
        var mediator = services.GetRequiredService<IMediator>();
        var tenant = (await mediator.Send(new CreateTenant("Load"))).Value.Id;
        var schema = PayloadSchema.Parse(JsonElement.Parse(Schema)).Value;
        var types = new List<Guid>();
        for (var i = 0; i < TypeCount; i++)
        {
            types.Add((await mediator.Send(new CreateEventType(Caller.Operator(tenant), EventTypeName.Parse($"order.paid.{i}"), null, schema))).Value.EventType.Id.Value);
        }

        var key = (await mediator.Send(new CreateApiKey(tenant, Role.Owner, Scopes.All))).Value.Secret.Reveal();
        return new Workspace(OwnerOf(connectionString), connectionString, tenant.Value, types, key);
    }

    /// <summary>Opens another tenant on the same database.</summary>
    /// <returns>A key to it.</returns>
    public async Task<string> NewTenantAsync()
    {
        await using var services = new ServiceCollection().AddFlownally(new ConfigurationBuilder().Build(), ConnectionString).BuildServiceProvider();
        var mediator = services.GetRequiredService<IMediator>();
        var tenant = (await mediator.Send(new CreateTenant("Bystander"))).Value.Id;
        return (await mediator.Send(new CreateApiKey(tenant, Role.Owner, Scopes.All))).Value.Secret.Reveal();
    }

    /// <summary>Its sessions may use the feed's clock, as the service's do.</summary>
    private static NpgsqlDataSource OwnerOf(string connectionString)
    {
        var owner = new NpgsqlDataSourceBuilder(connectionString + ";No Reset On Close=true");
        owner.UsePhysicalConnectionInitializer(
            connection => new NpgsqlCommand("SELECT verify_feed_clock()", connection).ExecuteNonQuery(),
            connection => new NpgsqlCommand("SELECT verify_feed_clock()", connection).ExecuteNonQueryAsync());
        return owner.Build();
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _owner.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    public async Task<long> AskAsync(string sql)
    {
        await using var command = _owner.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }

    public ValueTask DisposeAsync() => _owner.DisposeAsync();
}
