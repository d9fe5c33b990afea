using System.CommandLine;
using System.Text.Json;
using Flownally.Api.CommandLine.Input;
using Flownally.Application.Contacts;
using Flownally.Domain.Contacts;

namespace Flownally.Api.CommandLine;

internal static class ContactsCommand
{
    public static Command Create() => new("contacts", "The people that events are about.") { ImportContactsCommand() };

    private static Command ImportContactsCommand()
    {
        var file = new Argument<string>("file")
        {
            Description = "One JSON object a line, with the contact's \"id\"; may be compressed by gzip; - is standard input.",
        };
        var tenant = KeysCommand.Tenant(required: true);
        var command = new Command("import", "Make contacts of another system known.") { file, tenant };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            var contacts = new List<ContactId>();
            var refused = 0;
            await using var input = InputLines.Open(arguments.GetRequiredValue(file));
            await foreach (var line in input.ReadAsync(cancellationToken))
            {
                if (ContactId.TryParse(IdIn(line), null, out var contact))
                {
                    contacts.Add(contact);
                }
                else
                {
                    refused++;
                    terminal.Say($"Line {line.Number} is refused: it is no JSON object whose \"id\" is {ContactId.Rule}.");
                }
            }

            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken);
            var imported = await database.SendAsync(new ImportContacts(arguments.GetValue(tenant)!.Value, contacts), cancellationToken);
            if (!imported.IsSuccess)
            {
                return terminal.Refuse(imported.Error);
            }

            var (added, known) = imported.Value;
            terminal.Show(new { added, known, refused }, $"{added} contacts added, {known} known before, {refused} lines refused.");
            return refused == 0 ? ExitStatus.Done : ExitStatus.Failed;
        }));
        return command;
    }

    private static string? IdIn(InputLine line)
    {
        try
        {
            using var json = JsonDocument.Parse(line.Text ?? []);
            return json.RootElement.ValueKind == JsonValueKind.Object
                && json.RootElement.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String
                ? id.GetString()
                : null;
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException) // the latter where the text is no Unicode
        {
            return null;
        }
    }
}
