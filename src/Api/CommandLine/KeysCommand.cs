using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Flownally.Api.Http.Authentication;
using Flownally.Application.ApiKeys;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;

namespace Flownally.Api.CommandLine;

internal static class KeysCommand
{
    private const string AllScopes = "all";

    public static Command Create() => new("keys", "API keys, each for one tenant.")
    {
        CreateKeyCommand(),
        ListKeysCommand(),
        RevokeKeyCommand(),
    };

    private static Command CreateKeyCommand()
    {
        var tenant = TenantOption.Create(required: true);
        var role = new Option<Role>("--role")
        {
            Description = "owner, admin, agent or viewer.",
            HelpName = "role",
            Required = true,
            CustomParser = OptionValues.ReadName<Role>,
        };
        role.CompletionSources.Clear(); // the library lists each name twice
        role.CompletionSources.Add([.. EnumText.All<Role>().Keys]);
        var scopes = new Option<string>("--scopes")
        {
            Description = $"Scopes separated by commas, or '{AllScopes}'. The scopes are {string.Join(", ", Scopes.All)}.",
            Required = true,
        };
        var name = new Option<string?>("--name") { Description = "A name for people." };
        var expires = new Option<DateTimeOffset?>("--expires")
        {
            Description = "The time after which the key is refused: a day, which starts at midnight UTC, or a time of RFC 3339.",
            CustomParser = ReadTime,
        };
        var command = new Command("create", "Create a key. It is shown only once.") { tenant, role, scopes, name, expires };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            var text = arguments.GetRequiredValue(scopes);
            var list = text == AllScopes
                ? Scopes.All
                : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken);
            var created = await database.SendAsync(new CreateApiKey(arguments.GetValue(tenant)!.Value, arguments.GetValue(role), list,
                arguments.GetValue(name), arguments.GetValue(expires)), cancellationToken);
            if (!created.IsSuccess)
            {
                return terminal.Refuse(created.Error);
            }

            var (key, secret) = created.Value;
            terminal.Show(
                new { key.Id, Key = secret.Reveal(), key.TenantId, key.Name, key.Role, key.Scopes, key.CreatedAt, key.ExpiresAt },
                secret.Reveal());
            if (key.Role == Role.Viewer)
            {
                terminal.Say(ViewerWarning());
            }

            return ExitStatus.Done;
        }));
        return command;
    }

    private static Command ListKeysCommand()
    {
        var tenant = TenantOption.Create(required: false);
        var command = new Command("list", "List keys, including revoked and expired ones.") { tenant };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken);
            var list = await database.SendAsync(new ListApiKeys(arguments.GetValue(tenant)), cancellationToken);
            if (!list.IsSuccess)
            {
                return terminal.Refuse(list.Error);
            }

            terminal.ShowTable(list.Value, ["KEY", "TENANT", "ROLE", "STATE", "NAME", "SCOPES"], [.. list.Value.Keys.Select(Row)],
                none: "There are no keys; `flownally keys create` creates one.");
            return ExitStatus.Done;
        }));
        return command;
    }

    private static Command RevokeKeyCommand()
    {
        var id = new Argument<ApiKeyId>("id")
        {
            Description = "The key's id, as `keys list` shows it.",
            CustomParser = argument => OptionValues.ReadId<ApiKeyId>(argument, "key_01KATWBQ1HX8CYFG0H9T2WGN3M"),
        };
        var command = new Command("revoke", "Revoke a key permanently: the next call with it is refused.") { id };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken);
            var revoked = await database.SendAsync(new RevokeApiKey(arguments.GetRequiredValue(id)), cancellationToken);
            if (!revoked.IsSuccess)
            {
                return terminal.Refuse(revoked.Error);
            }

            terminal.Show(new { Id = revoked.Value, Revoked = true }, $"{revoked.Value} is revoked.");
            return ExitStatus.Done;
        }));
        return command;
    }

    private static DateTimeOffset? ReadTime(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (Rfc3339.TryParse(text, out var time)
            || DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time))
        {
            return time;
        }

        OptionValues.Refuse(argument, "a day such as 2027-01-31 or a time of RFC 3339");
        return null;
    }

    private static string ViewerWarning() => Operations.OpenTo(Role.Viewer).ToList() is { Count: > 0 } open
        ? $"Warning: a viewer may only call {string.Join(", ", open)}; the other operations need the role agent, admin or owner."
        : "Warning: a viewer may not call any operation; all operations need the role agent, admin or owner.";

    private static string[] Row(ApiKey key) =>
    [
        key.Id.ToString(), key.TenantId.ToString(), key.Role.Text(), State(key), key.Name ?? "",
        string.Join(',', key.Scopes),
    ];

    private static string State(ApiKey key) => key switch
    {
        { RevokedAt: { } at } => $"revoked {at:yyyy-MM-dd}",
        { ExpiresAt: { } at } => $"expires {at:yyyy-MM-dd}",
        _ => "active",
    };
}
