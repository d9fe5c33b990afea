using System.Globalization;
using Flownally.Api.CommandLine.Input;
using Spectre.Console;

namespace Flownally.Api.CommandLine.Import;

/// <summary>A bar on standard error, for a person who waits for an import.</summary>
internal sealed class ImportProgress(TimeProvider clock)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(Console.Error),
        Interactive = InteractionSupport.Yes, // else it would be no terminal where events come through standard input
    });

    /// <summary>Says something above the bar.</summary>
    public void Say(string sentence) => _console.WriteLine(sentence);

    /// <summary>Shows the bar while the import runs, and takes it away.</summary>
    public Task<bool> ShowAsync(EventImport import, InputLines input, Func<Task<bool>> run) => _console.Progress()
        .AutoClear(true)
        .Columns(Columns(input))
        .StartAsync(async context =>
        {
            var bar = context.AddTask(Describe(import, TimeSpan.Zero), maxValue: input.Length ?? double.MaxValue);
            bar.IsIndeterminate = input.Length is null;
            var start = clock.GetTimestamp();
            var running = run();
            while (!running.IsCompleted)
            {
                await Task.WhenAny(running, Task.Delay(Refresh, clock));
                bar.Value = input.Length is null ? 0 : input.Position;
                bar.Description = Describe(import, clock.GetElapsedTime(start));
            }

            return await running;
        });

    /// <summary>How far the file is read tells the time that is left; nobody knows how long standard input is.</summary>
    private static ProgressColumn[] Columns(InputLines input) => input.Length is null
        ? [new SpinnerColumn(), new TaskDescriptionColumn(), new ElapsedTimeColumn()]
        : [new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn(), new RemainingTimeColumn()];

    private static string Describe(EventImport import, TimeSpan elapsed)
    {
        var done = import.Recorded + import.RecordedBefore + import.Refused;
        return string.Create(CultureInfo.InvariantCulture, $"{done:N0} lines, {done / Math.Max(elapsed.TotalSeconds, 1):N0}/s");
    }
}
