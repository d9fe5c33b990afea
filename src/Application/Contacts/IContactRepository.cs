using Flownally.Domain.Contacts;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Contacts;

public interface IContactRepository
{
    /// <returns>The contacts that are imported or have an event, found by one query.</returns>
    Task<IReadOnlySet<ContactId>> FindKnownAsync(
        TenantId tenant, IReadOnlyCollection<ContactId> contacts, CancellationToken cancellationToken);

    /// <summary>Adds contacts. Those that are already known do not change.</summary>
    /// <returns>The number of new contacts.</returns>
    Task<int> AddAsync(TenantId tenant, IReadOnlyCollection<ContactId> contacts, DateTimeOffset now, CancellationToken cancellationToken);
}
