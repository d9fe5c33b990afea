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

    [TestCase("""{"id":"a","id":"b"}""", "/id")]
    [TestCase("""{"id":"a","more":{"x":1,"x":2}}""", "/more/x")]
    public async Task A_line_with_a_member_twice_is_refused(string line, string member)
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllLinesAsync(file, [line, """{"id":"c"}"""]);
            var tenant = (await Service.NewWorkspaceAsync()).Tenant.ToString();
            var said = await RunningService.SaidAsync(
                ["contacts", "import", file, "--tenant", tenant], ("ConnectionStrings__Flownally", Service.ConnectionString));
            Assert.That(said, Is.EqualTo((1, "1 contacts added, 0 already known, 1 lines refused.",
                $"Line 1 is refused: the member {member} is there twice.")));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Test]
    public async Task A_file_that_cannot_be_read_to_its_end_imports_nothing()
    {
        var file = Path.GetTempFileName();
        try
        {
            await File.WriteAllBytesAsync(file, [0xFF, 0xFE, (byte)'{', 0]);
            var tenant = (await Service.NewWorkspaceAsync()).Tenant.ToString();
            var (status, output, error) = await RunningService.SaidAsync(
                ["contacts", "import", file, "--tenant", tenant], ("ConnectionStrings__Flownally", Service.ConnectionString));
            Assert.That((status, output), Is.EqualTo((2, "")));
            Assert.That(error, Is.EqualTo($"{file} is UTF-16; only UTF-8 text is taken, plain or compressed by gzip. No contact was added."));
        }
        finally
        {
            File.Delete(file);
        }
    }
}
