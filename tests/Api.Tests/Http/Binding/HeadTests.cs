using System.Diagnostics;
using Flownally.Api.Tests.Http.OpenApi;
using Flownally.Api.Tests.Journeys;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.Tests.Http.Binding;

/// <summary>HEAD, and GET by a caller that has the answer already.</summary>
public sealed class HeadTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(10);

    [Test]
    public async Task Wherever_GET_works_HEAD_does_without_a_body()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var recorded = await workspace.RecordedAsync("ctc_1");
        var journey = await workspace.PostAsync("/v1/journeys", """{"name":"A"}""");
        var entry = (await StoredJourneys.EnterAsync(workspace.Tenant, (string)journey.Json["id"]!)).Single();
        string[] paths = [.. Contract.Operations.Where(operation => operation.Method == HttpMethod.Get).Select(operation => operation.Path
            .Replace("event-types/{id}", $"event-types/{recorded["eventTypeId"]}", StringComparison.Ordinal)
            .Replace("journeys/{id}", $"journeys/{journey.Json["id"]}", StringComparison.Ordinal)
            .Replace("events/{id}", $"events/{recorded["id"]}", StringComparison.Ordinal)
            .Replace("{entryId}", entry, StringComparison.Ordinal)
            .Replace("{contactId}", "ctc_1", StringComparison.Ordinal))];
        using (Assert.EnterMultipleScope())
        {
            foreach (var path in paths.Concat(["/health/live", "/health/ready", "/problems", "/problems/internal", "/openapi/v1.json", "/docs/index.html"]))
            {
                var (get, head) = (await workspace.GetAsync(path), await SendAsync(workspace, HttpMethod.Head, path));
                Assert.That((head.Status, head.Text, head.ContentHeaders.ContentType, head.Headers.ETag), Is.EqualTo((200, "", get.ContentHeaders.ContentType, get.Headers.ETag)), path);
            }
        }
    }

    [Test]
    public async Task HEAD_is_refused_as_GET_is()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var blind = workspace.WithKey(await Service.NewKeyAsync(workspace.Tenant, Role.Owner, ["event:create"]));
        Assert.That((await SendAsync(workspace, HttpMethod.Head, "/v1/events/evt_00000000000000000000000000")).Status, Is.EqualTo(404));
        Assert.That((await SendAsync(workspace, HttpMethod.Head, "/v1/events?nothing=1")).Status, Is.EqualTo(400));
        Assert.That((await SendAsync(workspace.WithKey("fln_live_nothing"), HttpMethod.Head, "/v1/events")).Status, Is.EqualTo(401));
        Assert.That((await SendAsync(blind, HttpMethod.Head, "/v1/events")).Status, Is.EqualTo(403));
        Assert.That((await SendAsync(workspace, HttpMethod.Head, "/v1/events/batch")).Status, Is.EqualTo(404), "As GET of an event with this id.");
    }

    [TestCase("/v1/events/feed?wait=30", "application/json; charset=utf-8")]
    [TestCase("/v1/events/feed", "text/event-stream; charset=utf-8")]
    public async Task HEAD_does_not_wait_for_events(string path, string accept)
    {
        var begin = Stopwatch.GetTimestamp();
        var answer = await SendAsync(await Service.NewWorkspaceAsync(), HttpMethod.Head, path, ("Accept", accept));
        Assert.That((answer.Status, answer.ContentHeaders.ContentType?.MediaType), Is.EqualTo((200, accept.Split(';')[0])));
        Assert.That(Stopwatch.GetElapsedTime(begin), Is.LessThan(AtOnce));
    }

    [TestCase("*", 304)]
    [TestCase("TAG", 304)]
    [TestCase("W/TAG", 304)]
    [TestCase("\"other\", TAG", 304)]
    [TestCase("\"other\"", 200)]
    [TestCase("nonsense", 200)]
    public async Task What_the_caller_has_is_not_sent_again(string ifNoneMatch, int status)
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await workspace.PostAsync("/v1/event-types", """{"name":"order.paid"}""");
        var journey = await workspace.PostAsync("/v1/journeys", """{"name":"A"}""");
        foreach (var (path, shown) in new[] { ("/v1/event-types/", type), ("/v1/journeys/", journey) })
        {
            var tag = shown.Headers.ETag!;
            foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
            {
                var answer = await SendAsync(workspace, method, path + shown.Json["id"], ("If-None-Match", ifNoneMatch.Replace("TAG", tag.ToString(), StringComparison.Ordinal)));
                Assert.That((answer.Status, answer.Headers.ETag), Is.EqualTo((status, tag)), $"{method} {path}");
                Assert.That(answer.Text, status == 304 ? Is.Empty : Is.Not.Null);
            }
        }
    }

    [Test]
    public async Task If_Match_may_come_in_several_lines()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var type = await workspace.PostAsync("/v1/event-types", """{"name":"order.paid"}""");
        var path = "/v1/event-types/" + type.Json["id"];
        Assert.That(await DeleteAsync("\"other\"", "\"more\""), Is.EqualTo(412));
        Assert.That(await DeleteAsync("\"other\"", type.Headers.ETag!.ToString()), Is.EqualTo(204));

        async Task<int> DeleteAsync(params string[] tags)
        {
            // A client of .NET would put them in one line.
            var lines = string.Concat(tags.Select(tag => $"If-Match: {tag}\r\n"));
            return (await Edge.RawCall.SendAsync(Service.Url, $"DELETE {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {workspace.Key}\r\n{lines}Connection: close\r\n\r\n")).Status;
        }
    }

    private static Task<Answer> SendAsync(Workspace workspace, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return workspace.SendAsync(request);
    }
}
