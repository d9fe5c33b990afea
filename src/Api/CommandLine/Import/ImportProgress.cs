using System.Globalization;
using Flownally.Api.CommandLine.Input;
using Spectre.Console;

namespace Flownally.Api.CommandLine.Import;

/// <summary>A progress bar on standard error.</summary>
internal sealed class ImportProgress(TimeProvider clock)
{
    private static readonly TimeSpan Refresh = TimeSpan.FromMilliseconds(200);

    private readonly IAnsiConsole _console = AnsiConsole.Create(new AnsiConsoleSettings
    {
        Out = new AnsiConsoleOutput(Console.Error),
        Interactive = InteractionSupport.Yes, // else the bar is off if events come from standard input
    });

    /// <summary>Writes a note above the bar.</summary>
    public void WriteNote(string sentence) => _console.WriteLine(sentence);

    /// <summary>Shows the bar while the import runs, and then removes it.</summary>
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

    /// <summary>The remaining time follows from the read part of the file; the length of standard input is unknown.</summary>
    private static ProgressColumn[] Columns(InputLines input) => input.Length is null
        ? [new SpinnerColumn(), new TaskDescriptionColumn(), new ElapsedTimeColumn()]
        : [new ProgressBarColumn(), new PercentageColumn(), new TaskDescriptionColumn(), new RemainingTimeColumn()];

    private static string Describe(EventImport import, TimeSpan elapsed)
    {
        var done = import.Recorded + import.RecordedBefore + import.Refused;
        return string.Create(CultureInfo.InvariantCulture, $"{done:N0} lines, {done / Math.Max(elapsed.TotalSeconds, 1):N0}/s");
    }
}
