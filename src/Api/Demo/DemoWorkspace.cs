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

/// <summary>A tenant to try things with: made on an empty database, and found again by its key's file.</summary>
/// <param name="Key">The secret of a key that may do everything.</param>
/// <param name="KeyFile">Where the secret lies, readable only by whoever started the process.</param>
internal sealed record DemoWorkspace(string Key, FileInfo KeyFile)
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
    /// Finds the demo, or makes it where the database has no tenant at all; null where it holds others only.
    /// Several processes may do so at once.
    /// </summary>
    public static async Task<DemoWorkspace?> OpenAsync(IServiceProvider services, string ownerConnectionString, DirectoryInfo data,
        CancellationToken cancellationToken)
    {
        await using var turn = await AdvisoryLock.TakeAsync(ownerConnectionString, "flownally.quickstart", cancellationToken);
        var mediator = services.GetRequiredService<IMediator>();
        var file = KeyFileIn(data);
        if (await ReadKeyAsync(mediator, file, cancellationToken) is { } known)
        {
            return new DemoWorkspace(known, file);
        }

        var tenants = await services.GetRequiredService<ITenantRepository>().ListAsync(cancellationToken);
        var tenant = tenants.Count == 0
            ? await FillAsync(mediator, cancellationToken)
            : tenants.FirstOrDefault(candidate => candidate.Name == Name)?.Id;
        return tenant is null ? null : new DemoWorkspace(await MakeKeyAsync(mediator, tenant.Value, file, cancellationToken), file);
    }

    /// <summary>Where the secret lies, if there is a demo.</summary>
    public static FileInfo KeyFileIn(DirectoryInfo data) => new(Path.Combine(data.FullName, "demo-key"));

    /// <summary>The key of an earlier start, if it works on this database and may do everything that this version can.</summary>
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

    private static async Task<TenantId> FillAsync(IMediator mediator, CancellationToken cancellationToken)
    {
        var tenant = (await mediator.Send(new CreateTenant(Name), cancellationToken)).Value.Id;
        using var schema = JsonDocument.Parse(OrderPaid);
        var type = await mediator.Send(new CreateEventType(Caller.Operator(tenant), Domain.EventTypes.EventTypeName.Parse(EventTypeName),
            "An order was paid.", PayloadSchema.Parse(schema.RootElement).Value), cancellationToken);
        var contacts = await mediator.Send(new ImportContacts(tenant, Contacts), cancellationToken);
        return type.IsSuccess && contacts.IsSuccess ? tenant : throw new InvalidOperationException("The demo breaks its own rules.");
    }

    private static async Task<string> MakeKeyAsync(IMediator mediator, TenantId tenant, FileInfo file, CancellationToken cancellationToken)
    {
        var made = (await mediator.Send(new CreateApiKey(tenant, Role.Owner, Scopes.All, "The demo's key"), cancellationToken)).Value;
        file.Directory!.Create();
        file.Delete();
        await using var stream = new FileStream(file.FullName, new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        });
        await using var writer = new StreamWriter(stream);
        await writer.WriteLineAsync(made.Secret.Reveal());
        return made.Secret.Reveal();
    }
}
