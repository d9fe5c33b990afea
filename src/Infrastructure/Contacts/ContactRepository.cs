using Flownally.Application.Contacts;
using Flownally.Domain.Contacts;
using Flownally.Domain.Tenants;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Infrastructure.Contacts;

internal sealed class ContactRepository(Database database) : IContactRepository
{
    private const string FindKnown = """
        SELECT n.id
        FROM   unnest(@contacts) AS n (id)
        WHERE  EXISTS (SELECT FROM contacts c WHERE c.tenant_id = @tenant_id AND c.id = n.id)
        OR     EXISTS (SELECT FROM events e WHERE e.tenant_id = @tenant_id AND e.contact_id = n.id)
        """;

    private const string Add = """
        INSERT INTO contacts (tenant_id, id, created_at)
        SELECT @tenant_id, id, @now
        FROM   unnest(@ids) AS c (id)
        ORDER  BY id COLLATE "C"
        ON CONFLICT DO NOTHING
        """;

    public async Task<IReadOnlySet<ContactId>> FindKnownAsync(
        TenantId tenant, IReadOnlyCollection<ContactId> contacts, CancellationToken cancellationToken)
    {
        var asked = new { contacts = contacts.Select(contact => contact.Value).ToArray() };
        var known = (await database.QueryAsync<string>(tenant, FindKnown, asked, cancellationToken)).ToHashSet();
        return contacts.Where(contact => known.Contains(contact.Value)).ToHashSet();
    }

    public Task<int> AddAsync(
        TenantId tenant, IReadOnlyCollection<ContactId> contacts, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ExecuteAsync(tenant, Add, new { ids = contacts.Select(contact => contact.Value).ToArray(), now }, cancellationToken);
}
