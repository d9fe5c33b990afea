namespace Flownally.Load.Compat;

/// <summary><c>./bench compat</c>: this program beside the previous release, and on the newest PostgreSQL.</summary>
internal static class CompatRun
{
    public static async Task<int> MainAsync()
    {
        var release = await PreviousRelease.RunAsync();
        var server = await NewestPostgres.RunAsync();
        var (passed, failed) = (release.Passed + server.Passed, release.Failed + server.Failed);
        Console.WriteLine($"{passed} passed, {failed} failed");
        return failed == 0 ? 0 : 1;
    }
}
