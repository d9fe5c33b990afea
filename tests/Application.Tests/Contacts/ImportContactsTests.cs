using Flownally.Application.Contacts;
using Flownally.Application.Tenants;
using Flownally.Domain.Contacts;
using Flownally.Domain.Tenants;
using Moq;

namespace Flownally.Application.Tests.Contacts;

public sealed class ImportContactsTests
{
    [Test]
    public async Task Each_contact_is_counted_once_as_added_or_known()
    {
        var contacts = new Mock<IContactRepository>();
        contacts.Setup(c => c.AddAsync(default, It.Is<IReadOnlyCollection<ContactId>>(ids => ids.Count == 2), It.IsAny<DateTimeOffset>(), default)).ReturnsAsync(1);
        Assert.That((await SendAsync(contacts.Object, tenantExists: true)).Value, Is.EqualTo(new ContactsImported(1, 1)));
    }

    [Test]
    public async Task A_tenant_that_is_not_there_gets_none() =>
        Assert.That((await SendAsync(Mock.Of<IContactRepository>(), tenantExists: false)).Error, Is.TypeOf<TenantNotFound>());

    private static Task<Domain.Result<ContactsImported>> SendAsync(IContactRepository contacts, bool tenantExists) => new ImportContactsHandler(
        Mock.Of<ITenantRepository>(t => t.ExistsAsync(default, default) == Task.FromResult(tenantExists)), contacts, TimeProvider.System)
        .Handle(new ImportContacts(default, [ContactId.Parse("a"), ContactId.Parse("b"), ContactId.Parse("a")]), default);
}
