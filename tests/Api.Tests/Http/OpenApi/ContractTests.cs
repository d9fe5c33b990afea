using System.Net;
using System.Text;

namespace Flownally.Api.Tests.Http.OpenApi;

/// <summary>The check that every answer passes finds what the contract does not say.</summary>
public sealed class ContractTests
{
    private const string Type = """
        {"id":"evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS","tenantId":"tn_01KATWBQ1HX8CYFG0H9T2WGN3M","name":"a","predefined":false,"schemaVersion":1,"createdAt":"2026-01-31T09:00:00Z","updatedAt":"2026-01-31T09:00:00Z"}
        """;

    [Test]
    public void An_answer_of_the_contract_has_no_fault() =>
        Assert.That(Faults(HttpStatusCode.OK, $$"""{"eventTypes":[{{Type}}],"totalSize":1}"""), Is.Empty);

    [TestCase(HttpStatusCode.Accepted, "{}", "application/json", "the status 202 is not declared")]
    [TestCase(HttpStatusCode.OK, """{"eventTypes":[],"totalSize":0}""", "text/json", "the content type text/json of 200 is not declared")]
    [TestCase(HttpStatusCode.OK, """{"eventTypes":[]}""", "application/json", "/totalSize is missing")]
    [TestCase(HttpStatusCode.OK, """{"eventTypes":[],"totalSize":0,"more":1}""", "application/json", "/more is not declared")]
    [TestCase(HttpStatusCode.OK, """{"eventTypes":{},"totalSize":0}""", "application/json", "/eventTypes is no array: {}")]
    [TestCase(HttpStatusCode.OK, """{"eventTypes":[1],"totalSize":0}""", "application/json", "/eventTypes/0 is no object: 1")]
    [TestCase(HttpStatusCode.NotFound, """{"type":"a","title":"b","status":404}""", "application/problem+json", "the status 404 is not declared")]
    [TestCase(HttpStatusCode.Forbidden, """{"title":"b","status":403}""", "application/problem+json", "/type is missing")]
    public void A_fault_is_found(HttpStatusCode status, string body, string mediaType, string fault) =>
        Assert.That(Faults(status, body, mediaType), Has.Member(fault));

    [Test]
    public void A_header_that_is_not_declared_is_found() =>
        Assert.That(Faults(HttpStatusCode.OK, """{"eventTypes":[],"totalSize":0}""", header: "ETag"), Is.EqualTo(["the header ETag of 200 is not declared"]));

    [Test]
    public void What_is_no_operation_is_refused_in_the_shape_of_all_refusals() =>
        Assert.That(Faults(HttpStatusCode.NotFound, "{}", "application/problem+json", path: "/v1/nothing"), Has.Member("/status is missing"));

    private static IReadOnlyList<string> Faults(HttpStatusCode status, string body, string mediaType = "application/json", string? header = null, string path = "/v1/event-types")
    {
        using var response = new HttpResponseMessage(status) { Content = new StringContent(body, Encoding.UTF8, mediaType) };
        if (header is not null)
        {
            response.Headers.TryAddWithoutValidation(header, "\"1\"");
        }

        return Contract.Faults(HttpMethod.Get, path, new Answer((int)status, response.Headers, response.Content.Headers, body));
    }
}
