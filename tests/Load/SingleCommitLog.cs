using System.Text.Json;
using Flownally.Api;
using Flownally.Application.Events;
using Flownally.Domain.Events;
using Flownally.Infrastructure.Recording;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Flownally.Load;

/// <summary>
/// Records each event in a transaction of its own, one after the other: group commit must agree with it, and is measured against it.
/// </summary>
internal sealed class SingleCommitLog(IEventWriter writer) : IEventLog
{
    public const string Command = "serve-single-commit";

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(10);

    /// <summary>Serves with this log, on the database that the environment names, until it is killed. Prints its address as the service does.</summary>
    public static async Task<int> ServeAsync()
    {
        var database = Environment.GetEnvironmentVariable("ConnectionStrings__Flownally")!;
        await using var app = ApiHost.Build(database, "http://127.0.0.1:0", configure: services => services.AddSingleton<IEventLog, SingleCommitLog>());
        await app.StartAsync();
        Console.WriteLine(JsonSerializer.Serialize(new { url = app.Urls.Single() }));
        await app.WaitForShutdownAsync();
        return 0;
    }

    public async Task<RecordingOutcome> RecordAsync(Event @event, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (await writer.WriteAsync([@event], lane: 0) is [{ IsFinal: true } outcome])
            {
                return outcome;
            }

            await Task.Delay(Pause, cancellationToken);
        }
    }

    public async Task<IReadOnlyList<RecordingOutcome>> RecordAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        List<RecordingOutcome> outcomes = [];
        foreach (var @event in events)
        {
            outcomes.Add(await RecordAsync(@event, cancellationToken));
        }

        return outcomes;
    }
}
