using Flownally.Domain.Tenants;

namespace Flownally.Api.Tests.Http.Limits;

public sealed class LimitsOfNumberTests
{
    private const int AtOnce = 8;

    [Test]
    public async Task Event_types_at_once_do_not_exceed_their_limit()
    {
        var workspace = await LimitedAsync(TenantLimit.EventTypes, 2);
        var answers = await AtOnceAsync(i => workspace.PostAsync("/v1/event-types", $$"""{"name":"order.paid.{{i}}"}"""));
        AssertTwoOf(answers, 201);
        Assert.That((int)(await workspace.GetAsync("/v1/event-types")).Json["totalSize"]!, Is.EqualTo(5 + 2)); // with the predefined ones
    }

    [Test]
    public async Task Journeys_at_once_do_not_exceed_their_limit_and_a_deleted_one_makes_room()
    {
        var workspace = await LimitedAsync(TenantLimit.Journeys, 2);
        var answers = await AtOnceAsync(i => workspace.PostAsync("/v1/journeys", $$"""{"name":"Journey {{i}}"}"""));
        AssertTwoOf(answers, 201);
        await workspace.DeleteAsync($"/v1/journeys/{answers.First(answer => answer.Status == 201).Json["id"]}");
        Assert.That((await workspace.PostAsync("/v1/journeys", """{"name":"One more"}""")).Status, Is.EqualTo(201));
    }

    [Test]
    public async Task Active_journeys_about_one_type_do_not_exceed_their_limit_at_once_either()
    {
        var workspace = await LimitedAsync(TenantLimit.ActiveJourneysPerType, 2);
        var (one, other) = (await Service.NewTypeAsync(workspace.Tenant, "order.paid"), await Service.NewTypeAsync(workspace.Tenant, "order.sent"));
        var drafts = await AtOnceAsync(i => DraftAsync(one.Id.ToString(), i));
        var answers = await AtOnceAsync(i => ActivateAsync(drafts[i]));
        AssertTwoOf(answers, 200);

        // Those about another type are counted apart, and what is active cannot become one too many by a change of its trigger.
        var about = await DraftAsync(other.Id.ToString(), AtOnce);
        Assert.That((await ActivateAsync(about)).Status, Is.EqualTo(200));
        (await workspace.PatchAsync($"/v1/journeys/{about.Json["id"]}", $$$"""{"triggerConfig":{"eventTypeId":"{{{one.Id}}}"}}""")).AssertRefused(409, "limitReached");

        var active = answers.First(answer => answer.Status == 200).Json["id"];
        Assert.That((await workspace.PatchAsync($"/v1/journeys/{active}", """{"name":"Another name"}""")).Status, Is.EqualTo(200));
        await workspace.PostAsync($"/v1/journeys/{active}/pause", "");
        Assert.That((await ActivateAsync(drafts[answers.ToList().FindIndex(answer => answer.Status == 409)])).Status, Is.EqualTo(200));

        Task<Answer> DraftAsync(string type, int i) =>
            workspace.PostAsync("/v1/journeys", $$$"""{"name":"Journey {{{i}}}","triggerConfig":{"eventTypeId":"{{{type}}}"}}""");

        Task<Answer> ActivateAsync(Answer draft) => workspace.PostAsync($"/v1/journeys/{draft.Json["id"]}/activate", "");
    }

    [Test]
    public async Task What_exists_above_a_new_limit_stays()
    {
        var workspace = await Service.NewWorkspaceAsync();
        await Service.NewTypeAsync(workspace.Tenant, "order.paid");
        await Service.NewTypeAsync(workspace.Tenant, "order.sent");
        await CallLimitsTests.LimitAsync(workspace, (TenantLimit.EventTypes, 1));
        (await workspace.PostAsync("/v1/event-types", """{"name":"order.lost"}""")).AssertRefused(409, "limitReached");
        Assert.That((int)(await workspace.GetAsync("/v1/event-types")).Json["totalSize"]!, Is.EqualTo(5 + 2));
    }

    private static async Task<Workspace> LimitedAsync(TenantLimit limit, int value)
    {
        var workspace = await Service.NewWorkspaceAsync();
        await CallLimitsTests.LimitAsync(workspace, (limit, value));
        return workspace;
    }

    private static Task<Answer[]> AtOnceAsync(Func<int, Task<Answer>> call) => Task.WhenAll(Enumerable.Range(0, AtOnce).Select(call));

    private static void AssertTwoOf(Answer[] answers, int success)
    {
        Assert.That(answers.Count(answer => answer.Status == success), Is.EqualTo(2));
        foreach (var refused in answers.Where(answer => answer.Status != success))
        {
            refused.AssertRefused(409, "limitReached");
        }
    }
}
