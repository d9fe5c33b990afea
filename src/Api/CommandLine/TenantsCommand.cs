using System.CommandLine;
using Flownally.Application.Tenants;

namespace Flownally.Api.CommandLine;

internal static class TenantsCommand
{
    public static Command Create() => new("tenants", "Workspaces, which cannot see each other.") { CreateTenantCommand() };

    private static Command CreateTenantCommand()
    {
        var name = new Option<string>("--name") { Description = "What people call it.", Required = true };
        var command = new Command("create", "Open a workspace.") { name };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, cancellationToken);
            var tenant = await database.SendAsync(new CreateTenant(arguments.GetRequiredValue(name)), cancellationToken);
            if (!tenant.IsSuccess)
            {
                return Terminal.Refuse(tenant.Error);
            }

            terminal.Show(tenant.Value, tenant.Value.Id.ToString());
            return 0;
        }));
        return command;
    }
}
