namespace Flownally.Api.CommandLine;

/// <summary>Checks output files of commands.</summary>
internal static class OutputFile
{
    /// <summary>
    /// Whether a file can be created at a path. A command checks this before its work, with a temporary file beside the path.
    /// </summary>
    public static bool CanBeCreated(string path)
    {
        try
        {
            using var test = new FileStream(
                path + ".trial", FileMode.Create, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
            return !Directory.Exists(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
