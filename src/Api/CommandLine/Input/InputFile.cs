namespace Flownally.Api.CommandLine.Input;

/// <summary>Opens input files of commands.</summary>
internal static class InputFile
{
    /// <exception cref="WrongUseException">The file does not exist, is a folder, or may not be read.</exception>
    public static FileStream Open(string path)
    {
        if (Directory.Exists(path))
        {
            throw new WrongUseException($"{path} is a folder, not a file.");
        }

        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0); // the readers have a buffer
        }
        catch (Exception exception) when (exception is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new WrongUseException($"{path} does not exist.");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new WrongUseException($"{path} cannot be read: {exception.Message}");
        }
    }

    /// <exception cref="WrongUseException">The file cannot be read.</exception>
    public static async Task<byte[]> ReadAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = Open(path);
        using var content = new MemoryStream();
        await file.CopyToAsync(content, cancellationToken);
        return content.ToArray();
    }
}
