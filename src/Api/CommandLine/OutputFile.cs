namespace Flownally.Api.CommandLine;

/// <summary>The files that commands write.</summary>
internal static class OutputFile
{
    /// <summary>Whether a file can be made at a path: it is no folder, and lies in one that exists. Asked before a command begins its work.</summary>
    public static bool CanBeMade(string path) => !Directory.Exists(path) && Directory.Exists(Path.GetDirectoryName(Path.GetFullPath(path)));
}
