namespace Flownally.Api.Tests.EventTypes;

public sealed class CreateEventTypeTests
{
    private const string Path = "/v1/event-types";

    [Test]
    public async Task A_new_type_is_answered_whole_and_reads_the_same_everywhere()
    {
        var workspace = await Service.NewWorkspaceAsync();
        const string Schema = """{"type":"object","properties":{"total":{"minimum":1.0}}}""";
        var answer = await workspace.PostAsync(Path, $$"""{"name":"order.paid","description":"Paid.","payloadSchema":{{Schema}}}""");
        var address = $"{Path}/{answer.Json["id"]}";
        using (Assert.EnterMultipleScope())
        {
            Assert.That(answer.Status, Is.EqualTo(201), answer.Text);
            Assert.That(answer.Headers.Location!.ToString(), Is.EqualTo(address));
            Assert.That(answer.Headers.ETag!.ToString(), Is.EqualTo("\"1\""));
            Assert.That((string)answer.Json["id"]!, Does.Match("^evt-type_[0-9A-HJKMNP-TV-Z]{26}$"));
            Assert.That((string)answer.Json["tenantId"]!, Is.EqualTo(workspace.Tenant.ToString()));
            Assert.That((string)answer.Json["name"]!, Is.EqualTo("order.paid"));
            Assert.That((string)answer.Json["description"]!, Is.EqualTo("Paid."));
            Assert.That((bool)answer.Json["predefined"]!, Is.False);
            Assert.That((int)answer.Json["schemaVersion"]!, Is.EqualTo(1));
            Assert.That((string)answer.Json["createdAt"]!, Is.EqualTo((string)answer.Json["updatedAt"]!));
            Assert.That(answer.Text, Does.Contain(Schema));
        }

        var one = await workspace.GetAsync(address);
        Assert.That(one.Text, Is.EqualTo(answer.Text));
        Assert.That(one.Headers.ETag, Is.EqualTo(answer.Headers.ETag));
        var list = await workspace.GetAsync(Path);
        Assert.That(list.Json["eventTypes"]!.AsArray().Select(type => type!.ToJsonString()), Does.Contain(answer.Json.ToJsonString()));
    }

    [Test]
    public async Task Absent_members_stay_absent()
    {
        var answer = await (await Service.NewWorkspaceAsync()).PostAsync(Path, """{"name":"a"}""");
        Assert.That(answer.Json.AsObject().Select(member => member.Key),
            Is.EqualTo(["id", "tenantId", "name", "predefined", "schemaVersion", "createdAt", "updatedAt"]));
    }

    [Test]
    public async Task A_name_is_unique_in_its_tenant()
    {
        var workspace = await Service.NewWorkspaceAsync();
        (await workspace.PostAsync(Path, """{"name":"signup.completed"}""")).AssertRefused(409, "eventTypeNameTaken");
        var answers = await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => workspace.PostAsync(Path, """{"name":"order.paid"}""")));
        Assert.That(answers.Select(answer => answer.Status), Is.EquivalentTo([201, 409, 409, 409, 409]));
        Assert.That((await (await Service.NewWorkspaceAsync()).PostAsync(Path, """{"name":"order.paid"}""")).Status, Is.EqualTo(201));
    }

    [TestCase("a", 201)]
    [TestCase("a-b_c.d2", 201)]
    [TestCase("", 422)]
    [TestCase("A", 422)]
    [TestCase("a..b", 422)]
    [TestCase(".a", 422)]
    [TestCase("a.", 422)]
    [TestCase("a b", 422)]
    [TestCase("ä", 422)]
    [TestCase("a\\n", 422)]
    public async Task A_name_is_made_of_lower_case_words(string name, int status)
    {
        var answer = await (await Service.NewWorkspaceAsync()).PostAsync(Path, $$"""{"name":"{{name}}"}""");
        Assert.That(answer.Status, Is.EqualTo(status), answer.Text);
        if (status == 422)
        {
            answer.AssertRefused(422, "validationFailed", "/name");
        }
    }

    [TestCase(99, 201)]
    [TestCase(100, 201)]
    [TestCase(101, 422)]
    public async Task A_name_has_at_most_100_characters(int length, int status) => Assert.That(
        (await (await Service.NewWorkspaceAsync()).PostAsync(Path, $$"""{"name":"{{new string('n', length)}}"}""")).Status, Is.EqualTo(status));

    [TestCase(1_000, 201)]
    [TestCase(1_001, 422)]
    public async Task A_description_has_at_most_1000_characters(int length, int status) => Assert.That((await (await Service.NewWorkspaceAsync())
        .PostAsync(Path, $$"""{"name":"a","description":"{{string.Concat(Enumerable.Repeat("😀", length))}}"}""")).Status, Is.EqualTo(status));

    [TestCase("{}", "validationFailed", "/name")]
    [TestCase("""{"name":1}""", "validationFailed", "/name")]
    [TestCase("""{"name":"a","description":1}""", "validationFailed", "/description")]
    [TestCase("""{"name":"a","predefined":true}""", "unknownField", "/predefined")]
    [TestCase("""{"name":"a","payloadSchema":true}""", "payloadSchemaInvalid", "/payloadSchema")]
    [TestCase("""{"name":"a","payloadSchema":false}""", "payloadSchemaInvalid", "/payloadSchema")]
    [TestCase("""{"name":"a","payloadSchema":null}""", "payloadSchemaInvalid", "/payloadSchema")]
    [TestCase("""{"name":"a","payloadSchema":"x"}""", "payloadSchemaInvalid", "/payloadSchema")]
    [TestCase("""{"name":"a","payloadSchema":{"type":"strng","requierd":[]}}""", "payloadSchemaInvalid", "/payloadSchema/type", "/payloadSchema/requierd")]
    public async Task Each_fault_is_named(string body, string code, params string[] fields) =>
        (await (await Service.NewWorkspaceAsync()).PostAsync(Path, body)).AssertRefused(422, code, fields);
}
