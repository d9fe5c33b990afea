namespace Flownally.Api.Tests;

internal static class Refusals
{
    /// <summary>Checks everything that an answer other than success must have (RFC 9457, and section 3 of the contract).</summary>
    public static void AssertRefused(this Answer answer, int status, string code, params string[] fields)
    {
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
            Assert.That(answer.ContentHeaders.ContentType!.MediaType, Is.EqualTo("application/problem+json"));
            Assert.That(answer.Code, Is.EqualTo(code));
            Assert.That((string)answer.Json["type"]!, Is.EqualTo($"/problems/{code}"));
            Assert.That((int)answer.Json["status"]!, Is.EqualTo(status));
            Assert.That((string)answer.Json["title"]!, Is.Not.Empty);
            Assert.That((string)answer.Json["traceId"]!, Does.Match("^00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]$"));
            Assert.That(answer.Json["errors"] is null ? [] : answer.Fields, Is.EquivalentTo(fields));
        }
    }
}
