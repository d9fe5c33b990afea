namespace Flownally.Api.CommandLine;

/// <summary>The files that commands write.</summary>
internal static class OutputFile
{
    /// <summary>Whether a file can be written at a path. Asked before a command begins its work, by a file beside it that is removed at once.</summary>
    public static bool CanBeMade(string path)
    {
        try
        {
            using var trial = new FileStream(path + ".trial", FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return !Directory.Exists(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
