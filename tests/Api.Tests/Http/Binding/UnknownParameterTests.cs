using System.Text;
using Flownally.Api.Tests.Http.OpenApi;

namespace Flownally.Api.Tests.Http.Binding;

public sealed class UnknownParameterTests
{
    [TestCase("customerId=nobody", "customerId")]
    [TestCase("eventTypeId=evt-type_00000000000000000000000000&from=1&FROM=2&=&pageSise", "FROM", "", "pageSise")]
    public async Task A_parameter_that_the_operation_does_not_have_is_named(string query, params string[] fields)
    {
        var refused = await (await Service.NewWorkspaceAsync()).GetAsync($"/v1/events?{query}");
        refused.AssertRefused(400, "parameterUnknown", fields);
        Assert.That((string)refused.Json["detail"]!, Does.Contain("eventTypeId, eventTypeName, contactId, createdFrom, createdTo, order, pageSize, pageToken"));
    }

    [TestCase("?")]
    [TestCase("?&")]
    [TestCase("?PAGESIZE=1")]
    public async Task A_query_without_unknown_parameters_is_taken(string query) =>
        Assert.That((await (await Service.NewWorkspaceAsync()).GetAsync($"/v1/events{query}")).Status, Is.EqualTo(200));

    [Test]
    public async Task No_operation_ignores_an_unknown_parameter()
    {
        var workspace = await Service.NewWorkspaceAsync();
        using (Assert.EnterMultipleScope())
        {
            foreach (var (method, path) in Contract.Operations)
            {
                using var request = new HttpRequestMessage(method, $"{path.Replace("{", "", StringComparison.Ordinal).Replace("}", "", StringComparison.Ordinal)}?nothing=1");
                request.Content = method == HttpMethod.Get ? null : new StringContent("{}", Encoding.UTF8, "application/json");
                (await workspace.SendAsync(request)).AssertRefused(400, "parameterUnknown", "nothing");
            }
        }
    }

    [TestCase("/health/live?nothing=1")]
    [TestCase("/openapi/v1.json?nothing=1")]
    [TestCase("/problems?nothing=1")]
    public async Task What_is_no_operation_may_be_asked_with_any(string path) =>
        Assert.That((await (await Service.NewWorkspaceAsync()).GetAsync(path)).Status, Is.EqualTo(200));
}
