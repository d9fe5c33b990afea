using Flownally.Domain.Contacts;
using Flownally.Domain.Tenants;

namespace Flownally.Application.Contacts;

public interface IContactRepository
{
    /// <summary>Whether the contact was imported or has an event.</summary>
    Task<bool> IsKnownAsync(TenantId tenant, ContactId contact, CancellationToken cancellationToken);

    /// <summary>Makes contacts known; those that already are stay as they are.</summary>
    /// <returns>How many were new.</returns>
    Task<int> AddAsync(TenantId tenant, IReadOnlyCollection<ContactId> contacts, DateTimeOffset now, CancellationToken cancellationToken);
}
