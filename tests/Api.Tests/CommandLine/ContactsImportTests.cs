using System.Text.Json.Nodes;

namespace Flownally.Api.Tests.CommandLine;

public sealed class ContactsImportTests
{
    [Test]
    public async Task Contacts_that_no_path_can_name_are_refused_and_the_others_imported()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, ["""{"id":"+49|a~b=c"}""", """{"id":"."}""", """{"id":".."}""", """{"id":"..."}"""]);
            var (status, output) = await RunningService.ToolAsync(
                [RunningService.Program, "contacts", "import", file, "--json", "--tenant", (await Service.NewWorkspaceAsync()).Tenant.ToString()],
                ("ConnectionStrings__Flownally", Service.ConnectionString));
            var told = JsonNode.Parse(output)!;
            Assert.That((status, (int)told["added"]!, (int)told["refused"]!), Is.EqualTo((1, 2, 2)));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
