using Flownally.Domain;
using Flownally.Domain.Contacts;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Options;

namespace Flownally.Application.Contacts;

/// <summary>Decides whether a contact may be spoken of, by the setting <see cref="ContactOptions.UnknownContact"/>.</summary>
internal sealed class ContactGate(IContactRepository contacts, IOptions<ContactOptions> options)
{
    private readonly bool _acceptsAll = options.Value.UnknownContact == UnknownContact.Accept;

    /// <returns><see cref="ContactNotFound"/>, or null where the contact is admitted.</returns>
    public async ValueTask<Error?> RefusalAsync(TenantId tenant, ContactId contact, CancellationToken cancellationToken) =>
        await OfCall(tenant, [contact]).RefusalAsync(contact, cancellationToken);

    /// <summary>The same for all contacts that a call names, whatever their number by one query.</summary>
    public Call OfCall(TenantId tenant, IEnumerable<ContactId> named) => new(this, tenant, named);

    private async Task<IReadOnlySet<ContactId>> FindKnownAsync(
        TenantId tenant, IEnumerable<ContactId> named, CancellationToken cancellationToken) =>
        await contacts.FindKnownAsync(tenant, [.. named.Distinct()], cancellationToken);

    /// <summary>Asks when it is first asked.</summary>
    internal sealed class Call(ContactGate gate, TenantId tenant, IEnumerable<ContactId> named)
    {
        private Task<IReadOnlySet<ContactId>>? _known;

        /// <inheritdoc cref="ContactGate.RefusalAsync"/>
        public async ValueTask<Error?> RefusalAsync(ContactId contact, CancellationToken cancellationToken)
        {
            if (gate._acceptsAll)
            {
                return null;
            }

            _known ??= gate.FindKnownAsync(tenant, named, cancellationToken);
            return (await _known).Contains(contact) ? null : new ContactNotFound(contact.Value);
        }
    }
}
