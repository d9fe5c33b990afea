namespace Flownally.Api.CommandLine;

/// <summary>The exit statuses of all commands.</summary>
internal static class ExitStatus
{
    /// <summary>The command succeeded.</summary>
    public const int Done = 0;

    /// <summary>A part was refused, or the command failed.</summary>
    public const int Failed = 1;

    /// <summary>An option, a setting, a file or a folder is wrong. The command did nothing, or only a part of its work.</summary>
    public const int WrongUse = 2;

    /// <summary>Interrupted by Ctrl-C: 128 + SIGINT, like in shells.</summary>
    public const int Interrupted = 130;
}

/// <summary>A command was called wrongly. The message describes the error in one sentence.</summary>
internal sealed class WrongUseException(string message) : Exception(message);
