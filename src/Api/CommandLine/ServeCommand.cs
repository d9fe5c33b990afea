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
            Description = "Migrate the database, create a demo tenant in an empty one, and print calls to try.",
        };
        var demo = new Option<bool>("--demo")
        {
            Description = "Like --quickstart, and with a journey whose webhooks this process receives and prints.",
        };
        var command = new Command("serve", "Run the service until it is stopped.") { quickstart, demo };
        ListenAddresses.AddTo(command);
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, terminal, cancellationToken, create: true);
            DemoTenant? demoTenant = null;
            if (arguments.GetValue(quickstart) || arguments.GetValue(demo))
            {
                await Migrator.MigrateAsync(database.OwnerConnectionString, cancellationToken);
                await using var services = database.BuildServices();
                demoTenant = await DemoTenant.OpenAsync(services, database.OwnerConnectionString,
                    arguments.GetRequiredValue(DatabaseHandle.Data), cancellationToken);
                if (demoTenant is null && arguments.GetValue(demo))
                {
                    terminal.Say("There is no demo, because the database contains other tenants.");
                }
            }

            await using var receiver = demoTenant is not null && arguments.GetValue(demo)
                ? await DemoReceiver.StartAsync(terminal, cancellationToken)
                : null;
            var addresses = ListenAddresses.Of(arguments);
            await using var app = ApiHost.Build(
                database.ConnectionString, string.Join(';', addresses), demoTenant?.Key, allowPrivateTargets: receiver is not null);
            await ListenAddresses.StartAsync(app, addresses, cancellationToken);
            if (demoTenant is not null && receiver is not null)
            {
                await DemoJourney.ActivateAsync(
                    app.Services, database.OwnerConnectionString, demoTenant, receiver.Target, cancellationToken);
            }

            Greeting.Show(terminal, [.. app.Urls], database.Location, demoTenant, receiver?.Target.Url);
            using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => // the terminal was closed
            {
                signal.Cancel = true;
                app.Lifetime.StopApplication();
            });
            await app.WaitForShutdownAsync(cancellationToken);
            var work = app.Services.GetServices<IHostedService>().OfType<BackgroundService>();
            return work.Any(service => service.ExecuteTask is { IsFaulted: true })
                ? ExitStatus.Failed // a background service has failed; the log contains the reason
                : ExitStatus.Done;
        }));
        return command;
    }
}
