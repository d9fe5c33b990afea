using System.CommandLine;
using System.Text.Json;
using Flownally.Api.CommandLine.Input;
using Flownally.Application.Contacts;
using Flownally.Domain.Contacts;
using Flownally.Domain.Json;

namespace Flownally.Api.CommandLine;

internal static class ContactsCommand
{
    public static Command Create() => new("contacts", "Contacts, which events are about.") { ImportContactsCommand() };

    private static Command ImportContactsCommand()
    {
        var file = new Argument<string>("file")
        {
            Description = "One JSON object per line, with the contact's \"id\"; may be compressed with gzip; - reads standard input.",
        };
        var tenant = TenantOption.Create(required: true);
        var command = new Command("import", "Import contacts of another system.") { file, tenant };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var input = InputLines.Open(arguments.GetRequiredValue(file));
            var (contacts, refused) = await ReadAsync(input, terminal, cancellationToken);
            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken);
            var imported = await database.SendAsync(new ImportContacts(arguments.GetValue(tenant)!.Value, contacts), cancellationToken);
            if (!imported.IsSuccess)
            {
                return terminal.Refuse(imported.Error);
            }

            var (added, known) = imported.Value;
            terminal.Show(new { added, known, refused }, $"{added} contacts added, {known} already known, {refused} lines refused.");
            return refused == 0 ? ExitStatus.Done : ExitStatus.Failed;
        }));
        return command;
    }

    /// <returns>The contacts, and the number of refused lines.</returns>
    /// <exception cref="WrongUseException">The input is not text, or cannot be read completely.</exception>
    private static async Task<(List<ContactId> Contacts, int Refused)> ReadAsync(
        InputLines input, Terminal terminal, CancellationToken cancellationToken)
    {
        var contacts = new List<ContactId>();
        var refused = 0;
        try
        {
            await foreach (var line in input.ReadAsync(cancellationToken))
            {
                if (TryRead(line, out var contact, out var reason))
                {
                    contacts.Add(contact);
                }
                else
                {
                    refused++;
                    terminal.Say($"Line {line.Number} is refused: {reason}.");
                }
            }
        }
        catch (WrongUseException exception)
        {
            throw new WrongUseException($"{exception.Message} No contact was added.");
        }

        return (contacts, refused);
    }

    private static bool TryRead(InputLine line, out ContactId contact, out string reason)
    {
        (contact, reason) = (default, $"it is not a JSON object with an \"id\" of {ContactId.Rule}");
        try
        {
            using var json = JsonDocument.Parse(line.Text ?? []);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
            {
                return false;
            }

            if (JsonDuplicates.Find(json.RootElement) is [var twice, ..])
            {
                reason = $"the member {twice} is there twice";
                return false;
            }

            return json.RootElement.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String
                && ContactId.TryParse(id.GetString(), null, out contact);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // InvalidOperationException: the text is not Unicode.
            return false;
        }
    }
}
