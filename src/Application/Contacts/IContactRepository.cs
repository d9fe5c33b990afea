using Flownally.Domain.Contacts;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Contacts;

public interface IContactRepository
{
    /// <summary>Those of the contacts that were imported or have an event, found by one query.</summary>
    Task<IReadOnlySet<ContactId>> FindKnownAsync(
        TenantId tenant, IReadOnlyCollection<ContactId> contacts, CancellationToken cancellationToken);

    /// <summary>Makes contacts known; those that already are stay as they are.</summary>
    /// <returns>How many were new.</returns>
    Task<int> AddAsync(TenantId tenant, IReadOnlyCollection<ContactId> contacts, DateTimeOffset now, CancellationToken cancellationToken);
}
