using System.Globalization;

namespace Flownally.Infrastructure.EmbeddedPostgres;

/// <summary>
/// Whom PostgreSQL's programs run as: the person who started us, except that PostgreSQL refuses to run as root.
/// Then it is the owner of the cluster, or the account postgres, or nobody.
/// </summary>
internal sealed record ServerAccount(string Name, int? Uid, int? Gid)
{
    private const string Accounts = "/etc/passwd";

    /// <summary>Us ourselves.</summary>
    private static readonly ServerAccount Self = new(Environment.UserName, null, null);

    private bool Drops => Uid is not null;

    /// <param name="cluster">The cluster's folder; it need not exist yet.</param>
    public static async Task<ServerAccount> OfAsync(string cluster, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return Self;
        }

        var accounts = File.ReadLines(Accounts).Select(line => line.Split(':')).Where(fields => fields.Length > 3)
            .Select(fields => new ServerAccount(fields[0], int.Parse(fields[2], CultureInfo.InvariantCulture), int.Parse(fields[3], CultureInfo.InvariantCulture)))
            .ToList();
        if (Directory.Exists(cluster))
        {
            var owner = (await Tool.RequireAsync(["stat", "-L", "-c", "%u %g", cluster], cancellationToken)).Split(' ');
            var uid = int.Parse(owner[0], CultureInfo.InvariantCulture);
            return accounts.Find(account => account.Uid == uid)
                ?? new ServerAccount($"uid {uid}", uid, int.Parse(owner[1], CultureInfo.InvariantCulture));
        }

        return accounts.Find(account => account.Name == "postgres") ?? accounts.Find(account => account.Name == "nobody")
            ?? throw new EmbeddedServerException("PostgreSQL does not run as root; make an account named postgres: useradd --system postgres");
    }

    /// <summary>A command as this account runs it.</summary>
    public IEnumerable<string> Command(params IEnumerable<string> command) => Drops
        ? ["setpriv", $"--reuid={Uid}", $"--regid={Gid}", "--clear-groups", "--", .. command]
        : command;

    /// <summary>Makes a folder that belongs to this account alone.</summary>
    public Task MakeFolderAsync(string path, CancellationToken cancellationToken) => Tool.RequireAsync(
        Drops ? ["install", "-d", "-m", "700", "-o", $"{Uid}", "-g", $"{Gid}", path] : ["install", "-d", "-m", "700", path], cancellationToken);

    /// <summary>Whether a folder exists, belongs to this account and is closed to all others.</summary>
    public async Task<bool> OwnsAsync(string path, CancellationToken cancellationToken)
    {
        string[] owner = Drops ? ["-user", $"{Uid}"] : ["-user", Environment.UserName];
        return (await Tool.RunAsync(["find", path, "-maxdepth", "0", "-type", "d", "-perm", "700", .. owner], cancellationToken)).Output == path;
    }

    /// <summary>Whether this account can get into a folder, through all that lie above it.</summary>
    public async Task<bool> CanEnterAsync(string path, CancellationToken cancellationToken) =>
        !Drops || (await Tool.RunAsync(Command("test", "-x", path), cancellationToken)).Succeeded;
}
