using Flownally.Application.Tenants;
using Flownally.Domain;
using Flownally.Domain.Contacts;
using Flownally.Domain.Tenants;
using MediatR;

namespace Flownally.Application.Contacts;

/// <summary>Imports the contacts of another system for a tenant.</summary>
public sealed record ImportContacts(TenantId TenantId, IReadOnlyCollection<ContactId> Contacts) : IRequest<Result<ContactsImported>>;

/// <param name="Added">The number of new contacts.</param>
/// <param name="Known">The number of contacts that were already known.</param>
public sealed record ContactsImported(int Added, int Known);

internal sealed class ImportContactsHandler(ITenantRepository tenants, IContactRepository contacts, TimeProvider clock)
    : IRequestHandler<ImportContacts, Result<ContactsImported>>
{
    public async Task<Result<ContactsImported>> Handle(ImportContacts request, CancellationToken cancellationToken)
    {
        if (!await tenants.ExistsAsync(request.TenantId, cancellationToken))
        {
            return new TenantNotFound(request.TenantId);
        }

        var distinct = request.Contacts.Distinct().ToList();
        var added = await contacts.AddAsync(request.TenantId, distinct, clock.GetUtcNow(), cancellationToken);
        return new ContactsImported(added, distinct.Count - added);
    }
}
