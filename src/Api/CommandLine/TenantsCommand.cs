using System.CommandLine;
using System.Globalization;
using Flownally.Application.Tenants;
using Flownally.Domain.Tenants;

namespace Flownally.Api.CommandLine;

internal static class TenantsCommand
{
    public static Command Create() => new("tenants", "Tenants, which are isolated from each other.")
    {
        CreateTenantCommand(),
        ListTenantsCommand(),
        LimitCommand(),
    };

    private static Command CreateTenantCommand()
    {
        var name = new Option<string>("--name") { Description = "A name for people.", Required = true };
        var command = new Command("create", "Create a tenant and print its id.") { name };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken);
            var tenant = await database.SendAsync(new CreateTenant(arguments.GetRequiredValue(name)), cancellationToken);
            if (!tenant.IsSuccess)
            {
                return terminal.Refuse(tenant.Error);
            }

            terminal.Show(tenant.Value, tenant.Value.Id.ToString());
            return ExitStatus.Done;
        }));
        return command;
    }

    private static Command ListTenantsCommand()
    {
        var command = new Command("list", "List all tenants, oldest first.");
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken);
            var list = await database.SendAsync(new ListTenants(), cancellationToken);
            terminal.ShowTable(list.Value, ["TENANT", "CREATED", "NAME"], [.. list.Value.Tenants.Select(Row)],
                none: "There are no tenants; `flownally tenants create` creates one.");
            return ExitStatus.Done;
        }));
        return command;
    }

    private static Command LimitCommand()
    {
        var tenant = TenantOption.Create(required: true);
        var limits = Enum.GetValues<TenantLimit>().ToDictionary(limit => limit, LimitOption);
        var command = new Command("limit", """
            Set limits of a tenant, and show all of them. Each process applies a new limit within seconds and counts separately, so
            with three processes a tenant has three times the rate. Existing journeys and event types above a new limit stay.
            """)
        { tenant };
        foreach (var option in limits.Values)
        {
            command.Options.Add(option);
        }

        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken);
            var id = arguments.GetValue(tenant)!.Value;
            var changes = limits.Where(limit => arguments.GetValue(limit.Value) is not null)
                .ToDictionary(limit => limit.Key, limit => arguments.GetValue(limit.Value)!.Value);
            var changed = await database.SendAsync(new LimitTenant(id, changes), cancellationToken);
            if (!changed.IsSuccess)
            {
                return terminal.Refuse(changed.Error);
            }

            var shown = await database.SendAsync(new GetTenantLimits(id), cancellationToken);
            terminal.ShowTable(shown.Value, ["LIMIT", "VALUE", "SOURCE"], [.. shown.Value.Limits.Select(Row)], "There are no limits.");
            return ExitStatus.Done;
        }));
        return command;
    }

    private static Option<LimitSetting?> LimitOption(TenantLimit limit) => new($"--{limit.Name()}")
    {
        Description = $"{Describe(limit)} 1 to {TenantLimits.Max}, 'none', or 'default' for the limit of all tenants.",
        CustomParser = argument =>
        {
            if (!LimitSetting.TryParse(argument.Tokens.Single().Value, CultureInfo.InvariantCulture, out var setting))
            {
                OptionValues.Refuse(argument, $"a number from 1 to {TenantLimits.Max}, 'none' or 'default'");
            }

            return setting;
        },
    };

    private static string Describe(TenantLimit limit) => limit switch
    {
        TenantLimit.EventsPerSecond => "Events per second.",
        TenantLimit.EventsBurst => "Burst: events that the tenant can record at once after a pause. By default the events of one second.",
        TenantLimit.CallsPerSecond => "Calls per second.",
        TenantLimit.CallsBurst => "Burst: calls that the tenant can make at once after a pause. By default the calls of one second.",
        TenantLimit.ConcurrentCalls => "Concurrent calls, without streams.",
        TenantLimit.Streams => "Open streams of the feed.",
        TenantLimit.EventTypes => "Event types, without the predefined ones.",
        TenantLimit.Journeys => "Journeys.",
        TenantLimit.ActiveJourneysPerType => "Active journeys about one event type.",
        _ => throw new ArgumentOutOfRangeException(nameof(limit)),
    };

    private static string[] Row(Tenant tenant) => [tenant.Id.ToString(), $"{tenant.CreatedAt:yyyy-MM-dd}", tenant.Name];

    private static string[] Row(TenantLimitResponse limit) =>
        [limit.Name, limit.Value?.ToString(CultureInfo.InvariantCulture) ?? "none", limit.IsDefault ? "default" : "this tenant"];
}
