namespace Flownally.Api.CommandLine;

/// <summary>How every command ends.</summary>
internal static class ExitStatus
{
    /// <summary>All was done.</summary>
    public const int Done = 0;

    /// <summary>Something was refused or failed.</summary>
    public const int Failed = 1;

    /// <summary>An option, a setting, a file or a folder is wrong. Nothing was done, or not all of it.</summary>
    public const int WrongUse = 2;

    /// <summary>Ctrl-C ended it: 128 + SIGINT, as shells have it.</summary>
    public const int Interrupted = 130;
}

/// <summary>A command was called wrongly. The message says what is wrong, in one sentence.</summary>
internal sealed class WrongUseException(string message) : Exception(message);
