using Flownally.Api.Tests.CommandLine;

namespace Flownally.Api.Tests.Journeys;

public sealed class JourneySecretsTests
{
    private const string Another = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oDazfgh13v9+A=";

    /// <summary>The parts that tell: a secret that is cut or wrapped would be found, too.</summary>
    private static readonly string[] Marks = [Webhooks.Secret[6..20], Another[6..20]];

    [Test]
    public async Task A_secret_is_kept_until_another_comes_or_the_target_goes()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var journey = (await workspace.PostAsync("/v1/journeys", $$"""{"name":"a","target":{"url":"https://a.example","secret":"{{Webhooks.Secret}}"} }""")).Json;
        Assert.That(await StoredJourneys.SecretAsync(journey), Is.EqualTo(Webhooks.Secret));
        await PatchAsync("""{"name":"b","target":{"url":"https://a.example"}}""");
        Assert.That(await StoredJourneys.SecretAsync(journey), Is.EqualTo(Webhooks.Secret));
        await PatchAsync($$"""{"target":{"secret":"{{Another}}"} }""");
        Assert.That(await StoredJourneys.SecretAsync(journey), Is.EqualTo(Another));
        Assert.That((string)(await workspace.GetAsync($"/v1/journeys/{journey["id"]}")).Json["target"]!["url"]!, Is.EqualTo("https://a.example"));
        await PatchAsync("""{"target":null}""");
        Assert.That(await StoredJourneys.SecretAsync(journey), Is.Null);

        async Task PatchAsync(string json) => Assert.That((await workspace.PatchAsync($"/v1/journeys/{journey["id"]}", json)).Status, Is.EqualTo(200));
    }

    [Test]
    public async Task The_version_does_not_tell_whether_a_secret_was_guessed()
    {
        var workspace = await Service.NewWorkspaceAsync();
        var journey = (await workspace.PostAsync("/v1/journeys", $$"""{"name":"a","target":{"url":"https://a.example","secret":"{{Webhooks.Secret}}"} }""")).Json;
        var same = await workspace.PatchAsync($"/v1/journeys/{journey["id"]}", $$"""{"target":{"secret":"{{Webhooks.Secret}}"} }""");
        var other = await workspace.PatchAsync($"/v1/journeys/{journey["id"]}", $$"""{"target":{"secret":"{{Another}}"} }""");
        Assert.That((same.Headers.ETag!.Tag, other.Headers.ETag!.Tag), Is.EqualTo(("\"2\"", "\"3\"")));
    }

    [TestCase("whsec_")]
    [TestCase("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLa")]
    [TestCase("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")]
    [TestCase("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!")]
    public async Task What_is_no_secret_is_refused_and_not_repeated(string secret)
    {
        var answer = await (await Service.NewWorkspaceAsync()).PostAsync("/v1/journeys", $$"""{"name":"a","target":{"url":"https://a.example","secret":"{{secret}}"} }""");
        answer.AssertRefused(422, "validationFailed", "/target/secret");
        Assert.That(answer.Text, Does.Not.Contain("MfKQ9r8GKYqrTwjU"));
    }

    /// <summary>In a process that logs all it can.</summary>
    [Test]
    public async Task A_secret_comes_back_in_no_answer_and_no_log()
    {
        await using var service = await RunningService.ServeAsync(Service.ConnectionString, ("Logging__LogLevel__Default", "Trace"), ("Logging__LogLevel__Microsoft", "Trace"));
        var workspace = (await Service.NewWorkspaceAsync()).At(service.Url);
        List<Answer> answers = [];
        var target = $$"""{"url":"https://a.example","secret":"{{Webhooks.Secret}}"}""";
        var created = await DoAsync(workspace.PostAsync("/v1/journeys", $$"""{"name":"a","target":{{target}} }"""));
        var address = $"/v1/journeys/{created.Json["id"]}";
        var entry = (await StoredJourneys.EnterAsync(workspace.Tenant, (string)created.Json["id"]!)).Single();
        var type = await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        await DoAsync(workspace.PatchAsync(address, $$"""{"target":{"secret":"{{Another}}"},"triggerConfig":{"eventTypeId":"{{type.Id}}"} }"""));
        await DoAsync(workspace.PostAsync($"{address}/activate", ""));
        await DoAsync(workspace.PostAsync($"{address}/pause", ""));
        await DoAsync(workspace.GetAsync(address));
        await DoAsync(workspace.GetAsync("/v1/journeys"));
        await DoAsync(workspace.PostAsync($"{address}/entries/{entry}/redeliver", ""));
        await DoAsync(workspace.GetAsync($"{address}/entries"));
        Assert.That(answers.Select(answer => answer.Status), Is.EqualTo([201, 200, 200, 200, 200, 200, 202, 200]));

        await DoAsync(workspace.PostAsync("/v1/journeys", $$"""{"target":{{target}} }""")); // no name
        await DoAsync(workspace.PostAsync("/v1/journeys", $$"""{"name":"a","target":{"url":"b","secret":"{{Webhooks.Secret}}"} }"""));
        await DoAsync(workspace.PostAsync("/v1/journeys", $$"""{"name":"a","target":{"url":"https://a.example","secret":"{{Webhooks.Secret}}!"} }"""));
        await DoAsync(workspace.PostAsync("/v1/journeys", $$"""{"name":"a","target":{"url":"https://a.example","secret":["{{Webhooks.Secret}}"]} }"""));
        await DoAsync(workspace.PostAsync("/v1/journeys", $$"""{"name":"a","target":{"url":"https://a.example","sekret":"{{Webhooks.Secret}}"} }"""));
        await DoAsync(workspace.PostAsync("/v1/journeys", $$"""{"name":"a","target":{{target}},}"""));
        await DoAsync(workspace.PostAsync("/v1/journeys", $$"""{"name":"a","target":{{target}},"triggerConfig":{"eventTypeId":"evt-type_01KATWBQ2ZYMN7B5QZ6JXAS5GS"} }"""));
        await DoAsync(workspace.PatchAsync(address, $$"""{"target":{{target}} }""", "\"1\""));
        await DoAsync(workspace.PatchAsync("/v1/journeys/nothing", $$"""{"target":{{target}} }"""));
        Assert.That(answers.Skip(8).Select(answer => answer.Status), Is.EqualTo([422, 422, 422, 422, 422, 400, 422, 412, 404]));
        await DoAsync(workspace.DeleteAsync(address));

        await service.InterruptAsync();
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answers.Select(answer => $"{answer.Headers}{answer.ContentHeaders}{answer.Text}").Where(Tells), Is.Empty);
            Assert.That(service.Log.Where(Tells), Is.Empty);
            Assert.That(service.Log, Has.Some.Contains("JourneysController.CreateJourney"), "it was logged that there was a call");
        }

        async Task<Answer> DoAsync(Task<Answer> call)
        {
            answers.Add(await call);
            return answers[^1];
        }
    }

    private static bool Tells(string text) => Marks.Any(mark => text.Contains(mark, StringComparison.Ordinal));
}
