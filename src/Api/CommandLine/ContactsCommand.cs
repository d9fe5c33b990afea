using System.CommandLine;
using System.Text.Json;
using Flownally.Application.Contacts;
using Flownally.Domain.Contacts;

namespace Flownally.Api.CommandLine;

internal static class ContactsCommand
{
    private const string StandardInput = "-";

    public static Command Create() => new("contacts", "The people that events are about.") { ImportContactsCommand() };

    private static Command ImportContactsCommand()
    {
        var file = new Argument<string>("file") { Description = "One JSON object a line, with the contact's \"id\"; - is standard input." };
        var tenant = KeysCommand.Tenant(required: true);
        var command = new Command("import", "Make contacts of another system known.") { file, tenant };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            var contacts = new List<ContactId>();
            var refused = 0;
            var number = 0;
            var path = arguments.GetRequiredValue(file);
            await foreach (var line in ReadLinesAsync(path, cancellationToken))
            {
                number++;
                if (string.IsNullOrWhiteSpace(line))
                {
                    continue;
                }

                if (ContactId.TryParse(IdIn(line), null, out var contact))
                {
                    contacts.Add(contact);
                }
                else
                {
                    refused++;
                    Terminal.Say($"Line {number} is refused: it is no JSON object whose \"id\" is {ContactId.Rule}.");
                }
            }

            await using var database = await DatabaseHandle.OpenAsync(arguments, cancellationToken);
            var imported = await database.SendAsync(new ImportContacts(arguments.GetValue(tenant)!.Value, contacts), cancellationToken);
            if (!imported.IsSuccess)
            {
                return Terminal.Refuse(imported.Error);
            }

            var (added, known) = imported.Value;
            terminal.Show(new { added, known, refused }, $"{added} contacts added, {known} known before, {refused} lines refused.");
            return refused == 0 ? 0 : 1;
        }));
        return command;
    }

    private static IAsyncEnumerable<string> ReadLinesAsync(string path, CancellationToken cancellationToken) =>
        path == StandardInput ? StandardInputLinesAsync(cancellationToken) : File.ReadLinesAsync(path, cancellationToken);

    private static async IAsyncEnumerable<string> StandardInputLinesAsync(
        [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await Console.In.ReadLineAsync(cancellationToken) is { } line)
        {
            yield return line;
        }
    }

    private static string? IdIn(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String
                ? id.GetString()
                : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
