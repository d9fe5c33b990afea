namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>A new file that only the user of this process can read.</summary>
internal static class PrivateFile
{
    public static readonly FileStreamOptions Options = new()
    {
        Mode = FileMode.CreateNew,
        Access = FileAccess.Write,
        UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
    };
}
