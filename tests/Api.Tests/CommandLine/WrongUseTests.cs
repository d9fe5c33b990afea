using System.Text.Json.Nodes;

namespace Flownally.Api.Tests.CommandLine;

/// <summary>What the program says to a call that it cannot take.</summary>
public sealed class WrongUseTests
{
    private const string Address = "--url takes an address such as http://0.0.0.0:8080, not ";
    private const string Local = "--url takes an address of this machine (an IP address, localhost, * or [::]), not ";
    private const string Key = "key_00000000000000000000000000";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flownally-wrong-");

    [OneTimeTearDown]
    public void CleanUp() => _folder.Delete(recursive: true);

    [TestCase("bogus", "Name one of the commands serve, migrate, tenants, keys, contacts, events, schema, retention, backup, restore, "
        + "database; 'bogus' is not a command.", "flownally")]
    [TestCase("keys", "Name one of the commands create, list, revoke.", "flownally keys")]
    [TestCase("keys revoke", "Required argument 'id' missing for command: 'revoke'.", "flownally keys revoke")]
    [TestCase("tenants list extra", "Unrecognized command or argument 'extra'.", "flownally tenants list")]
    [TestCase("tenants list --data=", "Required argument missing for option: '--data'.", "flownally tenants list")]
    [TestCase("serve --port x", "--port takes a number from 0 to 65535, not 'x'.", "flownally serve")]
    [TestCase("serve --port -1", "--port takes a number from 0 to 65535, not '-1'.", "flownally serve")]
    [TestCase("serve --port 65536", "--port takes a number from 0 to 65535, not '65536'.", "flownally serve")]
    [TestCase("serve --url here", Address + "'here'.", "flownally serve")]
    [TestCase("serve --url http://127.0.0.1:1;ftp://127.0.0.1", Address + "'ftp://127.0.0.1'.", "flownally serve")]
    [TestCase("serve --url http://127.0.0.1:1/base", Address + "'http://127.0.0.1:1/base'.", "flownally serve")]
    [TestCase("serve --url http://127.0.0.1:65536", Address + "'http://127.0.0.1:65536'.", "flownally serve")]
    [TestCase("serve --url http://locahost:35713", Local + "'locahost'.", "flownally serve")]
    [TestCase("serve --port 1 --url http://127.0.0.1:1", "Only one of --port and --url can be given.", "flownally serve")]
    [TestCase("keys list --tenant x", "--tenant takes an id such as tn_01KATWBQ1HX8CYFG0H9T2WGN3M, not 'x'.", "flownally keys list")]
    [TestCase("keys create --tenant tn_01KATWBQ1HX8CYFG0H9T2WGN3M --scopes all --role chief",
        "--role takes owner, admin, agent or viewer, not 'chief'.", "flownally keys create")]
    [TestCase("events import - --batch-size 1001", "--batch-size takes a number from 1 to 1000, not '1001'.", "flownally events import")]
    public async Task A_call_that_cannot_be_understood_is_told_what_is_wrong(string call, string sentence, string command) => Assert.That(
        await RunningService.SaidAsync(call.Split(' ')), Is.EqualTo((2, "", $"{sentence}\nSee: {command} --help")));

    [TestCase("tenants", "list", "--data", "")]
    [TestCase("events", "import", "-", "--key-file", "")]
    [TestCase("schema", "check", "", "NEW.json")]
    public async Task An_empty_path_is_told(params string[] words)
    {
        var (status, output, error) = await RunningService.SaidAsync(words);
        Assert.That((status, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.Match("^(--data|--key-file|OLD.json) takes a path, not ''\\.\n"));
    }

    [Test]
    public async Task A_file_in_place_of_the_folder_of_the_database_is_told()
    {
        var file = Path.Combine(_folder.FullName, "file");
        await File.WriteAllTextAsync(file, "");
        Assert.That(await RunningService.SaidAsync(["serve", "--data", file]), Is.EqualTo((2, "",
            $"--data takes a folder, not '{file}'.\nSee: flownally serve --help")));
    }

    [Test]
    public async Task Errors_are_JSON_where_results_are()
    {
        var (status, output, error) = await RunningService.SaidAsync(["keys", "list", "--tenant", "x", "--json"]);
        Assert.That((status, output), Is.EqualTo((2, "")));
        Assert.That((string)JsonNode.Parse(error)!["code"]!, Is.EqualTo("wrongUse"));

        (status, output, error) = await RunningService.SaidAsync(["keys", "revoke", Key, "--json"], Database(Service.ConnectionString));
        Assert.That((status, output), Is.EqualTo((1, "")));
        Assert.That((string)JsonNode.Parse(error)!["code"]!, Is.EqualTo("apiKeyNotFound"));

        const string Nowhere = "Host=127.0.0.1;Port=1;Username=a;Database=a";
        (status, output, error) = await RunningService.SaidAsync(["tenants", "list", "--json"], Database(Nowhere));
        Assert.That((status, output), Is.EqualTo((1, "")));
        Assert.That(((string)JsonNode.Parse(error)!["code"]!, (string)JsonNode.Parse(error)!["detail"]!),
            Is.EqualTo(("databaseUnavailable", "No server accepts connections at the database's address.")));
    }

    [Test]
    public async Task Without_a_word_it_shows_its_help()
    {
        var (status, output, error) = await RunningService.SaidAsync([]);
        Assert.That((status, error), Is.EqualTo((0, "")));
        Assert.That(output, Does.Contain("Usage:").And.Contain("tenants"));
    }

    [TestCase("tenants list")]
    [TestCase("tenants create --name Test")]
    [TestCase("keys list")]
    [TestCase("retention apply")]
    [TestCase("database moved")]
    [TestCase("database upgrade")]
    [TestCase("backup FILE")]
    [TestCase("contacts import /dev/null --tenant tn_00000000000000000000000000")]
    public async Task A_typing_error_in_the_folder_of_the_database_makes_no_database(string command)
    {
        var data = Path.Combine(_folder.FullName, Path.GetRandomFileName());
        Assert.That(await RunningService.SaidAsync([.. command.Split(' '), "--data", data]), Is.EqualTo((2, "",
            $"There is no embedded database in {data}; --data names its folder, and `flownally serve` makes one.")));
        Assert.That(Directory.Exists(data), Is.False);
    }

    [TestCase("")]
    [TestCase("no backup")]
    public async Task A_file_that_is_no_backup_makes_no_database(string content)
    {
        var (data, file) = (Path.Combine(_folder.FullName, Path.GetRandomFileName()), Path.Combine(_folder.FullName, Path.GetRandomFileName()));
        await File.WriteAllTextAsync(file, content);
        Assert.That(await RunningService.SaidAsync(["restore", file, "--data", data]), Is.EqualTo((2, "",
            $"{file} is not a backup that `flownally backup` has written, or it is incomplete.")));
        Assert.That(Directory.Exists(data), Is.False);
    }

    /// <summary>There is no database either; the file is told first.</summary>
    [TestCase("no/folder/x.tar")]
    [TestCase("/proc/x.tar")]
    [TestCase(".")]
    public async Task A_backup_that_could_not_be_written_is_told_before_the_database_is_dumped(string name)
    {
        var file = Path.GetFullPath(Path.Combine(_folder.FullName, name));
        Assert.That(await RunningService.SaidAsync(["backup", file, "--data", Path.Combine(_folder.FullName, "none")]), Is.EqualTo((2, "",
            $"The backup cannot be written to {file}; FILE is a file in a folder that exists.")));
    }

    [TestCase("keys create --tenant tn_01KATWBQ1HX8CYFG0H9T2WGN3M --role agent --scopes nonsense", "--scopes: 'nonsense' is not a scope. ")]
    [TestCase("keys create --tenant tn_01KATWBQ1HX8CYFG0H9T2WGN3M --role agent --scopes ,", "--scopes: ")]
    [TestCase("keys create --tenant tn_01KATWBQ1HX8CYFG0H9T2WGN3M --role agent --scopes all --name ", "--name: A name has 1 to 100 visible characters")]
    [TestCase("keys create --tenant tn_01KATWBQ1HX8CYFG0H9T2WGN3M --role agent --scopes all --expires 2020-01-01", "--expires: ")]
    [TestCase("tenants create --name ", "--name: ")]
    public async Task A_value_that_a_request_refuses_is_told_by_its_option(string call, string beginning)
    {
        var (status, output, error) = await RunningService.SaidAsync(call.Split(' '), Database(Service.ConnectionString));
        Assert.That((status, output), Is.EqualTo((2, "")));
        Assert.That(error, Does.StartWith(beginning).And.Not.Contain("\n"));
    }

    [Test]
    public async Task Reading_no_further_is_no_failure()
    {
        const string Head = "\"$0\" --help | head -1; echo ${PIPESTATUS[0]}";
        var (status, output) = await RunningService.ToolAsync(["bash", "-c", Head, RunningService.Program]);
        Assert.That((status, output), Is.EqualTo((0, "Description:\n0")));
    }

    private static (string Name, string Value) Database(string connectionString) => ("ConnectionStrings__Flownally", connectionString);
}
