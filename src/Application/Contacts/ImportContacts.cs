using Flownally.Application.Tenants;
using Flownally.Domain;
using Flownally.Domain.Contacts;
using Flownally.Domain.Tenants;
using MediatR;

namespace Flownally.Application.Contacts;

/// <summary>Makes contacts of another system known to a tenant.</summary>
public sealed record ImportContacts(TenantId TenantId, IReadOnlyCollection<ContactId> Contacts) : IRequest<Result<ContactsImported>>;

/// <param name="Added">Contacts that were new.</param>
/// <param name="Known">Contacts that the tenant had already.</param>
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
