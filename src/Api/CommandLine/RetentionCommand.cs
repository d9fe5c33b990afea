using System.CommandLine;
using System.Globalization;
using Flownally.Application.Retention;

namespace Flownally.Api.CommandLine;

internal static class RetentionCommand
{
    public static Command Create() => new("retention", "Retention of events, as set by Retention__Months.") { ApplyCommand() };

    private static Command ApplyCommand()
    {
        var dryRun = new Option<bool>("--dry-run") { Description = "Only list the months that would be dropped." };
        var command = new Command("apply", "Drop expired events now. Needs the account that owns the tables.") { dryRun };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken);
            return arguments.GetValue(dryRun)
                ? await ListAsync(database, terminal, cancellationToken)
                : await ApplyAsync(database, terminal, cancellationToken);
        }));
        return command;
    }

    private static async Task<int> ListAsync(DatabaseHandle database, Terminal terminal, CancellationToken cancellationToken)
    {
        var months = await database.SendAsync(new ListExpiredMonths(), cancellationToken);
        terminal.ShowTable(new { Months = months }, ["MONTH", "EVENTS"],
            [.. months.Select(month => new[] { $"{month.Month}", month.Events.ToString(CultureInfo.InvariantCulture) })],
            none: "No events have expired.");
        return ExitStatus.Done;
    }

    private static async Task<int> ApplyAsync(DatabaseHandle database, Terminal terminal, CancellationToken cancellationToken)
    {
        var outcome = await database.SendAsync(new ApplyRetention(), cancellationToken);
        if (outcome is null)
        {
            return terminal.Fail("Another process is applying retention.");
        }

        terminal.Show(new { outcome.Dropped, outcome.Keys },
            [.. outcome.Dropped.Select(month => $"{month} is dropped."), $"{outcome.Keys} idempotency keys are deleted."]);
        return outcome.Obstacle is { } obstacle ? terminal.Fail(obstacle) : ExitStatus.Done;
    }
}
