using System.CommandLine;
using System.Runtime.InteropServices;
using Flownally.Api.Demo;
using Flownally.Infrastructure.Postgres;

namespace Flownally.Api.CommandLine;

internal static class ServeCommand
{
    public static Command Create()
    {
        var quickstart = new Option<bool>("--quickstart")
        {
            Description = "Bring the database up to date, fill an empty one with a demo tenant, and print what to try.",
        };
        var demo = new Option<bool>("--demo")
        {
            Description = "The quickstart, and a journey that calls a receiver in this process, which prints what arrives.",
        };
        var command = new Command("serve", "Answer calls until told to stop.") { quickstart, demo };
        ListenAddresses.AddTo(command);
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken, create: true);
            DemoWorkspace? workspace = null;
            if (arguments.GetValue(quickstart) || arguments.GetValue(demo))
            {
                await Migrator.MigrateAsync(database.OwnerConnectionString, cancellationToken);
                await using var services = database.BuildServices();
                workspace = await DemoWorkspace.OpenAsync(services, database.OwnerConnectionString,
                    arguments.GetRequiredValue(DatabaseHandle.Data), cancellationToken);
                if (workspace is null && arguments.GetValue(demo))
                {
                    terminal.Say("There is no demo, because the database holds other tenants.");
                }
            }

            await using var receiver = workspace is not null && arguments.GetValue(demo)
                ? await DemoReceiver.StartAsync(terminal, cancellationToken)
                : null;
            var addresses = ListenAddresses.Of(arguments);
            await using var app = ApiHost.Build(
                database.ConnectionString, string.Join(';', addresses), workspace?.Key, allowPrivateTargets: receiver is not null);
            await ListenAddresses.StartAsync(app, addresses, cancellationToken);
            if (workspace is not null && receiver is not null)
            {
                await DemoJourney.TellAsync(app.Services, database.OwnerConnectionString, workspace, receiver.Target, cancellationToken);
            }

            Greeting.Show(terminal, [.. app.Urls], database.Place, workspace, receiver?.Target.Url);
            using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => // the terminal was closed
            {
                signal.Cancel = true;
                app.Lifetime.StopApplication();
            });
            await app.WaitForShutdownAsync(cancellationToken);
            var work = app.Services.GetServices<IHostedService>().OfType<BackgroundService>();
            return work.Any(service => service.ExecuteTask is { IsFaulted: true })
                ? ExitStatus.Failed // something that must not end; the log says what
                : ExitStatus.Done;
        }));
        return command;
    }
}
