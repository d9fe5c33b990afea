using Flownally.Application.Contacts;
using Flownally.Domain.Contacts;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Tests.Contacts;

/// <summary>Contacts that are known to every tenant, and how often somebody asked.</summary>
internal sealed class KnownContacts(params IEnumerable<ContactId> known) : IContactRepository
{
    public int Queries { get; private set; }

    public Task<IReadOnlySet<ContactId>> FindKnownAsync(TenantId tenant, IReadOnlyCollection<ContactId> contacts, CancellationToken cancellationToken)
    {
        Queries++;
        return Task.FromResult<IReadOnlySet<ContactId>>(contacts.Intersect(known).ToHashSet());
    }

    public Task<int> AddAsync(TenantId tenant, IReadOnlyCollection<ContactId> contacts, DateTimeOffset now, CancellationToken cancellationToken) =>
        throw new NotSupportedException();
}
