using System.CommandLine;
using System.Runtime.InteropServices;
using Flownally.Api.Quickstart;
using Flownally.Infrastructure.Database;

namespace Flownally.Api.CommandLine;

internal static class ServeCommand
{
    private const int DefaultPort = 5080;

    public static Command Create()
    {
        var port = new Option<int>("--port")
        {
            Description = "The port on 127.0.0.1; 0 takes a free one.",
            DefaultValueFactory = _ => DefaultPort,
        };
        var url = new Option<string?>("--url") { Description = "Where to listen instead, such as http://0.0.0.0:8080." };
        var quickstart = new Option<bool>("--quickstart")
        {
            Description = "Bring the database up to date, fill an empty one with a demo workspace, and print what to try.",
        };
        var demo = new Option<bool>("--demo")
        {
            Description = "The quickstart, and a journey that calls a receiver in this process, which prints what arrives.",
        };
        var command = new Command("serve", "Answer calls until told to stop.") { port, url, quickstart, demo };
        command.SetAction((arguments, cancellationToken) => Terminal.RunAsync(arguments, async terminal =>
        {
            await using var database = await DatabaseHandle.OpenAsync(arguments, cancellationToken);
            DemoWorkspace? workspace = null;
            if (arguments.GetValue(quickstart) || arguments.GetValue(demo))
            {
                await Migrator.MigrateAsync(database.OwnerConnectionString, cancellationToken);
                await using var services = database.BuildServices();
                workspace = await DemoWorkspace.OpenAsync(services, database.OwnerConnectionString,
                    arguments.GetRequiredValue(DatabaseHandle.Data), cancellationToken);
                if (workspace is null && arguments.GetValue(demo))
                {
                    Terminal.Say("There is no demo, because the database holds the workspaces of others.");
                }
            }

            await using var receiver = workspace is not null && arguments.GetValue(demo)
                ? await DemoReceiver.StartAsync(terminal, cancellationToken)
                : null;
            await using var app = ApiHost.Build(database.ConnectionString,
                arguments.GetValue(url) ?? $"http://127.0.0.1:{arguments.GetValue(port)}", workspace?.Key, allowPrivateTargets: receiver is not null);
            await app.StartAsync(cancellationToken);
            if (workspace is not null && receiver is not null)
            {
                await DemoJourney.TellAsync(app.Services, database.OwnerConnectionString, workspace, receiver.Target, cancellationToken);
            }

            Greeting.Show(terminal, app.Urls.Single(), workspace, receiver?.Target.Url);
            using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, signal => // the terminal was closed
            {
                signal.Cancel = true;
                app.Lifetime.StopApplication();
            });
            await app.WaitForShutdownAsync(cancellationToken);
            return 0;
        }));
        return command;
    }
}
