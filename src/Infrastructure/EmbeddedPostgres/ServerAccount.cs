using System.Globalization;

namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>
/// The account that PostgreSQL's programs run as. It is the user of this process. PostgreSQL refuses to run as root; then it is the owner
/// of the cluster, or the account postgres, or the account nobody.
/// </summary>
internal sealed record ServerAccount(string Name, int? Uid, int? Gid)
{
    private const string Accounts = "/etc/passwd";

    private static readonly ServerAccount Self = new(Environment.UserName, null, null);

    private bool SwitchesAccount => Uid is not null;

    /// <param name="cluster">The cluster's folder; it need not exist yet.</param>
    public static async Task<ServerAccount> OfAsync(string cluster, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return Self;
        }

        var accounts = File.ReadLines(Accounts).Select(line => line.Split(':')).Where(fields => fields.Length > 3)
            .Select(fields => new ServerAccount(fields[0], Number(fields[2]), Number(fields[3]))).ToList();
        if (Directory.Exists(cluster))
        {
            var owner = (await Tool.RequireAsync(["stat", "-L", "-c", "%u %g", cluster], cancellationToken)).Split(' ');
            var uid = Number(owner[0]);
            return accounts.Find(account => account.Uid == uid)
                ?? new ServerAccount($"uid {uid}", uid, Number(owner[1]));
        }

        return accounts.Find(account => account.Name == "postgres") ?? accounts.Find(account => account.Name == "nobody")
            ?? throw new EmbeddedServerException(
                "PostgreSQL does not run as root; create an account named postgres: useradd --system postgres");
    }

    /// <summary>A command that runs as this account.</summary>
    public IEnumerable<string> Command(params IEnumerable<string> command) => SwitchesAccount
        ? ["setpriv", $"--reuid={Uid}", $"--regid={Gid}", "--clear-groups", "--", .. command]
        : command;

    /// <summary>Creates a folder that only this account can enter.</summary>
    public Task CreateFolderAsync(string path, CancellationToken cancellationToken)
    {
        string[] owner = SwitchesAccount ? ["-o", $"{Uid}", "-g", $"{Gid}"] : [];
        return Tool.RequireAsync(["install", "-d", "-m", "700", .. owner, path], cancellationToken);
    }

    /// <summary>Whether a folder exists, belongs to this account and has the mode 700.</summary>
    public async Task<bool> OwnsAsync(string path, CancellationToken cancellationToken)
    {
        string[] owner = SwitchesAccount ? ["-user", $"{Uid}"] : ["-user", Environment.UserName];
        var found = await Tool.RunAsync(["find", path, "-maxdepth", "0", "-type", "d", "-perm", "700", .. owner], cancellationToken);
        return found.Output == path;
    }

    /// <summary>Whether this account can enter a folder and all its parents.</summary>
    public async Task<bool> CanEnterAsync(string path, CancellationToken cancellationToken) =>
        !SwitchesAccount || (await Tool.RunAsync(Command("test", "-x", path), cancellationToken)).Succeeded;

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
