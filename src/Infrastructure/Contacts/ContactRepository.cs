using Flownally.Application.Contacts;
using Flownally.Domain.Contacts;
using Flownally.Domain.Tenants;

namespace Flownally.Infrastructure.Contacts;

internal sealed class ContactRepository(Database.Database database) : IContactRepository
{
    private const string IsKnown = """
        SELECT EXISTS (SELECT FROM contacts WHERE tenant_id = @tenant_id AND id = @contact)
            OR EXISTS (SELECT FROM events WHERE tenant_id = @tenant_id AND contact_id = @contact)
        """;

    private const string Add = """
        INSERT INTO contacts (tenant_id, id, created_at)
        SELECT @tenant_id, id, @now
        FROM   unnest(@ids) AS c (id)
        ORDER  BY id COLLATE "C"
        ON CONFLICT DO NOTHING
        """;

    public Task<bool> IsKnownAsync(TenantId tenant, ContactId contact, CancellationToken cancellationToken) =>
        database.FindAsync<bool>(tenant, IsKnown, new { contact = contact.Value }, cancellationToken);

    public Task<int> AddAsync(TenantId tenant, IReadOnlyCollection<ContactId> contacts, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ExecuteAsync(tenant, Add, new { ids = contacts.Select(contact => contact.Value).ToArray(), now }, cancellationToken);
}
