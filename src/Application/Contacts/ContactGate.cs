using Flownally.Domain;
using Flownally.Domain.Contacts;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Options;

namespace Flownally.Application.Contacts;

/// <summary>Decides whether a contact may be spoken of, by the setting <see cref="ContactOptions.UnknownContact"/>.</summary>
internal sealed class ContactGate(IContactRepository contacts, IOptions<ContactOptions> options)
{
    /// <returns><see cref="ContactNotFound"/>, or null where the contact is admitted.</returns>
    public async ValueTask<Error?> RefusalAsync(TenantId tenant, ContactId contact, CancellationToken cancellationToken) =>
        options.Value.UnknownContact == UnknownContact.Accept || await contacts.IsKnownAsync(tenant, contact, cancellationToken)
            ? null
            : new ContactNotFound(contact.Value);
}
