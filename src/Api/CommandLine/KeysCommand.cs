using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using Flownally.Application.ApiKeys;
using Flownally.Domain;
using Flownally.Domain.ApiKeys;
using Flownally.Domain.Tenants;

namespace Flownally.Api.CommandLine;

internal static class KeysCommand
{
    private const string AllScopes = "all";

    public static Command Create() => new("keys", "API keys, each for one workspace.")
    {
        CreateKeyCommand(),
        ListKeysCommand(),
        RevokeKeyCommand(),
    };

    private static Command CreateKeyCommand()
    {
        var tenant = Tenant(required: true);
        var role = new Option<Role>("--role") { Description = "owner, admin, agent or viewer.", Required = true };
        var scopes = new Option<string>("--scopes")
        {
            Description = $"Separated by commas, or '{AllScopes}'. There are {string.Join(", ", Scopes.All)}.",
            Required = true,
        };
        var name = new Option<string?>("--name") { Description = "What people call it." };
        var expires = new Option<DateTimeOffset?>("--expires")
        {
            Description = "From when on it is refused: a day, which begins at midnight UTC, or a time of RFC 3339.",
            CustomParser = ReadTime,
        };
        var command = new Command("create", "Make a key. It is shown once and cannot be shown again.") { tenant, role, scopes, name, expires };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            var text = arguments.GetRequiredValue(scopes);
            var list = text == AllScopes ? Scopes.All : text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
            await using var database = await DatabaseHandle.OpenAsync(arguments, cancellationToken);
            var made = await database.SendAsync(new CreateApiKey(arguments.GetValue(tenant)!.Value, arguments.GetValue(role), list,
                arguments.GetValue(name), arguments.GetValue(expires)), cancellationToken);
            if (!made.IsSuccess)
            {
                return Terminal.Refuse(made.Error);
            }

            var (key, secret) = made.Value;
            terminal.Show(
                new { key.Id, Key = secret.Reveal(), key.TenantId, key.Name, key.Role, key.Scopes, key.CreatedAt, key.ExpiresAt },
                secret.Reveal());
            return 0;
        }));
        return command;
    }

    private static Command ListKeysCommand()
    {
        var tenant = Tenant(required: false);
        var command = new Command("list", "List keys, revoked and expired ones included.") { tenant };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, cancellationToken);
            var list = await database.SendAsync(new ListApiKeys(arguments.GetValue(tenant)), cancellationToken);
            terminal.Show(list.Value, list.Value.Keys.Select(Line));
            return 0;
        }));
        return command;
    }

    private static Command RevokeKeyCommand()
    {
        var id = new Argument<ApiKeyId>("id")
        {
            Description = "The key's id, as `keys list` shows it.",
            CustomParser = argument => Read<ApiKeyId>(argument),
        };
        var command = new Command("revoke", "End a key for good: the next call with it is refused.") { id };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, cancellationToken);
            var revoked = await database.SendAsync(new RevokeApiKey(arguments.GetRequiredValue(id)), cancellationToken);
            if (!revoked.IsSuccess)
            {
                return Terminal.Refuse(revoked.Error);
            }

            terminal.Show(new { Id = revoked.Value, Revoked = true }, $"{revoked.Value} is revoked.");
            return 0;
        }));
        return command;
    }

    /// <summary>The option that names a tenant.</summary>
    public static Option<TenantId?> Tenant(bool required) => new("--tenant")
    {
        Description = "The workspace's id: tn_….",
        Required = required,
        CustomParser = argument => Read<TenantId>(argument),
    };

    private static T Read<T>(ArgumentResult argument) where T : struct, IParsable<T>
    {
        var text = argument.Tokens.Single().Value;
        if (!T.TryParse(text, null, out var value))
        {
            argument.AddError($"'{text}' is no id of this kind.");
        }

        return value;
    }

    private static DateTimeOffset? ReadTime(ArgumentResult argument)
    {
        var text = argument.Tokens.Single().Value;
        if (Rfc3339.TryParse(text, out var time)
            || DateTimeOffset.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out time))
        {
            return time;
        }

        argument.AddError($"'{text}' is neither a day such as 2027-01-31 nor a time of RFC 3339.");
        return null;
    }

    private static string Line(ApiKey key)
    {
        var state = key switch
        {
            { RevokedAt: { } at } => $"revoked {at:yyyy-MM-dd}",
            { ExpiresAt: { } at } => $"expires {at:yyyy-MM-dd}",
            _ => "active",
        };
        return $"{key.Id}  {key.TenantId}  {key.Role.ToString().ToLowerInvariant(),-6}  {state,-18}  {string.Join(',', key.Scopes)}  {key.Name}";
    }
}
