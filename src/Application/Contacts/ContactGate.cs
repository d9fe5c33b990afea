using Flownally.Domain;
using Flownally.Domain.Contacts;
using Flownally.Domain.Tenants;
using Microsoft.Extensions.Options;

namespace Flownally.Application.Contacts;

/// <summary>Decides whether a request may name a contact, by the setting <see cref="ContactOptions.UnknownContact"/>.</summary>
internal sealed class ContactGate(IContactRepository contacts, IOptions<ContactOptions> options)
{
    private readonly bool _acceptsAll = options.Value.UnknownContact == UnknownContact.Accept;

    /// <returns><see cref="ContactNotFound"/>, or null if the contact is admitted.</returns>
    public async ValueTask<Error?> RefusalAsync(TenantId tenant, ContactId contact, CancellationToken cancellationToken) =>
        await ForCall(tenant, [contact]).RefusalAsync(contact, cancellationToken);

    /// <summary>Checks all contacts of one call with at most one query.</summary>
    public Call ForCall(TenantId tenant, IEnumerable<ContactId> ids) => new(this, tenant, ids);

    private async Task<IReadOnlySet<ContactId>> FindKnownAsync(
        TenantId tenant, IEnumerable<ContactId> ids, CancellationToken cancellationToken) =>
        await contacts.FindKnownAsync(tenant, [.. ids.Distinct()], cancellationToken);

    /// <summary>Runs the query on the first check.</summary>
    internal sealed class Call(ContactGate gate, TenantId tenant, IEnumerable<ContactId> ids)
    {
        private Task<IReadOnlySet<ContactId>>? _known;

        /// <inheritdoc cref="ContactGate.RefusalAsync"/>
        public async ValueTask<Error?> RefusalAsync(ContactId contact, CancellationToken cancellationToken)
        {
            if (gate._acceptsAll)
            {
                return null;
            }

            _known ??= gate.FindKnownAsync(tenant, ids, cancellationToken);
            return (await _known).Contains(contact) ? null : new ContactNotFound(contact.Value);
        }
    }
}
