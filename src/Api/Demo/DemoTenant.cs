using System.Text.Json;
using Flownally.Application.ApiKeys;
using Flownally.Application.Contacts;
using Flownally.Application.EventTypes;
using Flownally.Application.Tenants;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Contacts;
using Flownally.Domain.Schemas;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;
using MediatR;

namespace Flownally.Api.Demo;

/// <summary>A tenant for experiments. It is created in an empty database and found again by its key file.</summary>
/// <param name="Key">The secret of a key with all scopes.</param>
/// <param name="KeyFile">The file with the secret, which only the user of this process can read.</param>
internal sealed record DemoTenant(string Key, FileInfo KeyFile)
{
    public const string EventTypeName = "order.paid";

    public static readonly ContactId Contact = ContactId.Parse("ctc_1001");

    private const string Name = "Demo";

    private const string OrderPaid = """
        {
          "type": "object",
          "properties": {
            "orderId": { "type": "string", "minLength": 1, "maxLength": 64 },
            "total": { "type": "number", "minimum": 0 },
            "currency": { "type": "string", "pattern": "^[A-Z]{3}$" },
            "items": {
              "type": "array",
              "items": {
                "type": "object",
                "properties": {
                  "sku": { "type": "string" },
                  "quantity": { "type": "integer", "minimum": 1 }
                },
                "required": ["sku", "quantity"]
              }
            }
          },
          "required": ["orderId", "total", "currency"],
          "additionalProperties": false
        }
        """;

    private static readonly ContactId[] Contacts = [Contact, ContactId.Parse("ctc_1002"), ContactId.Parse("ctc_1003")];

    /// <summary>
    /// Finds the demo tenant, or creates it if the database has no tenant; null if the database has only other tenants. Several processes
    /// may do so at once.
    /// </summary>
    public static async Task<DemoTenant?> OpenAsync(IServiceProvider services, string ownerConnectionString, DirectoryInfo data,
        CancellationToken cancellationToken)
    {
        await using var startLock = await AdvisoryLock.TakeAsync(ownerConnectionString, "flownally.quickstart", cancellationToken);
        var mediator = services.GetRequiredService<IMediator>();
        var file = KeyFileIn(data);
        if (await ReadKeyAsync(mediator, file, cancellationToken) is { } known)
        {
            return new DemoTenant(known, file);
        }

        var tenants = await services.GetRequiredService<ITenantRepository>().ListAsync(cancellationToken);
        var tenant = tenants.Count == 0
            ? await CreateTenantAsync(mediator, cancellationToken)
            : tenants.FirstOrDefault(candidate => candidate.Name == Name)?.Id;
        return tenant is null ? null : new DemoTenant(await CreateKeyAsync(mediator, tenant.Value, file, cancellationToken), file);
    }

    /// <summary>The path of the file with the demo's key.</summary>
    public static FileInfo KeyFileIn(DirectoryInfo data) => new(Path.Combine(data.FullName, "demo-key"));

    /// <summary>The key of an earlier start, if it is valid in this database and has all scopes of this version.</summary>
    private static async Task<string?> ReadKeyAsync(IMediator mediator, FileInfo file, CancellationToken cancellationToken)
    {
        if (!file.Exists)
        {
            return null;
        }

        var key = (await File.ReadAllTextAsync(file.FullName, cancellationToken)).Trim();
        var caller = await mediator.Send(new Authenticate($"Bearer {key}"), cancellationToken);
        return caller.IsSuccess && Scopes.All.All(caller.Value.Scopes.Contains) ? key : null;
    }

    private static async Task<TenantId> CreateTenantAsync(IMediator mediator, CancellationToken cancellationToken)
    {
        var tenant = (await mediator.Send(new CreateTenant(Name), cancellationToken)).Value.Id;
        using var schema = JsonDocument.Parse(OrderPaid);
        var type = await mediator.Send(new CreateEventType(Caller.Operator(tenant), Domain.EventTypes.EventTypeName.Parse(EventTypeName),
            "An order was paid.", PayloadSchema.Parse(schema.RootElement).Value), cancellationToken);
        var contacts = await mediator.Send(new ImportContacts(tenant, Contacts), cancellationToken);
        return type.IsSuccess && contacts.IsSuccess ? tenant : throw new InvalidOperationException("The demo's data is invalid.");
    }

    private static async Task<string> CreateKeyAsync(
        IMediator mediator, TenantId tenant, FileInfo file, CancellationToken cancellationToken)
    {
        var created = (await mediator.Send(new CreateApiKey(tenant, Role.Owner, Scopes.All, "The demo's key"), cancellationToken)).Value;
        file.Directory!.Create();
        file.Delete();
        await using var stream = new FileStream(file.FullName, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await using var writer = new StreamWriter(stream);
        await writer.WriteLineAsync(created.Secret.Reveal());
        return created.Secret.Reveal();
    }
}
