using System.Text.Json.Nodes;
using Flownally.Api.Http.Problems;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;

namespace Flownally.Api.Tests.Http.Problems;

public sealed class ProblemCatalogTests
{
    private static readonly HttpClient Http = new();

    /// <summary>What only the command line can run into.</summary>
    private static readonly Type[] Elsewhere = [typeof(TenantNotFound), typeof(ApiKeyNotFound)];

    private static IEnumerable<string> Codes => ProblemCatalog.All.Select(type => type.Code);

    [Test]
    public void Every_error_stands_in_the_list()
    {
        var errors = new[] { typeof(Error), typeof(Application.DatabaseUnavailableException), typeof(ProblemCatalog) }
            .SelectMany(type => type.Assembly.GetTypes())
            .Where(type => type.IsSubclassOf(typeof(Error)) && !Elsewhere.Contains(type));
        Assert.That(ProblemCatalog.All.Select(type => type.Example.GetType()), Is.EquivalentTo(errors));
    }

    [TestCaseSource(nameof(Codes))]
    public async Task Each_has_a_page_for_people_and_for_programs(string code)
    {
        var html = await GetAsync($"/problems/{code}", "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");
        var json = await GetAsync($"/problems/{code}", "application/json");
        var problem = JsonNode.Parse(json.Text)!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That((html.Status, html.MediaType), Is.EqualTo((200, "text/html")));
            Assert.That(html.Text, Does.Contain(code).And.Contain("How to fix it"));
            Assert.That((json.Status, json.MediaType), Is.EqualTo((200, "application/json")));
            Assert.That((string)problem["type"]!, Is.EqualTo($"/problems/{code}"));
            Assert.That((string)problem["example"]!["code"]!, Is.EqualTo(code));
            Assert.That((string)problem["mend"]!, Is.Not.Empty);
        }
    }

    [TestCase("/problems", "text/html", 200)]
    [TestCase("/problems", "application/json", 200)]
    [TestCase("/problems/internal", "image/png", 406)]
    [TestCase("/problems/internal", "*/*", 200)]
    [TestCase("/problems/nothing", "text/html", 404)]
    public async Task Pages_are_found_and_negotiated(string path, string accept, int status) =>
        Assert.That((await GetAsync(path, accept)).Status, Is.EqualTo(status));

    private static async Task<(int Status, string? MediaType, string Text)> GetAsync(string path, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Service.Url, path));
        request.Headers.Accept.ParseAdd(accept);
        using var response = await Http.SendAsync(request);
        return ((int)response.StatusCode, response.Content.Headers.ContentType?.MediaType, await response.Content.ReadAsStringAsync());
    }
}
