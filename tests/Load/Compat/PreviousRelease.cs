using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Flownally.Infrastructure.EmbeddedPostgres;
using Npgsql;

namespace Flownally.Load.Compat;

/// <summary>
/// The story of an upgrade that is taken back: the program of the previous release records, the database is migrated under it, both
/// versions serve side by side, then the old one goes on alone. Every event must be in the feed once, in one order for all.
/// The previous release is the commit in <c>tests/PREVIOUS_RELEASE</c>.
/// </summary>
internal static class PreviousRelease
{
    private const string CommitFile = "tests/PREVIOUS_RELEASE";
    private const int Events = 200;

    private static readonly HttpClient Http = new();

    /// <returns>How many promises held, and how many did not.</returns>
    public static async Task<(int Passed, int Failed)> RunAsync()
    {
        var commit = (await File.ReadAllTextAsync(CommitFile)).Trim();
        if (await Tool.StatusAsync("git", ["cat-file", "-e", $"{commit}^{{commit}}"]) != 0)
        {
            Program.Say($"Skipped: the history does not reach to the previous release, {commit}, as in a shallow clone.");
            return (0, 0);
        }

        var folder = Directory.CreateTempSubdirectory("flownally-compat-");
        File.SetUnixFileMode(folder.FullName, (UnixFileMode)0b111_101_101);
        try
        {
            var old = await BuildAsync(commit);
            await using var server = await EmbeddedServer.StartAsync(folder.CreateSubdirectory("data").FullName, Program.Say, CancellationToken.None);
            return await TellAsync(old, Path.Combine(AppContext.BaseDirectory, "flownally.dll"), await NewDatabaseAsync(server.ConnectionString));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<(int Passed, int Failed)> TellAsync(string old, string @new, string database)
    {
        await CommandAsync(old, database, "migrate");
        var tenant = (await CommandAsync(old, database, "tenants", "create", "--name", "Compat")).GetProperty("id").GetString()!;
        var key = (await CommandAsync(old, database, "keys", "create", "--tenant", tenant, "--role", "owner", "--scopes", "event:create,event:list")).GetProperty("key").GetString()!;
        List<string> recorded = [];
        IReadOnlyList<string> first, second;
        await using (var before = await ApiProcess.StartAsync(old, database))
        {
            await RecordAsync([before.Url], key, recorded);
            Program.Say($"The previous release has recorded {recorded.Count} events");
            var applied = (await CommandAsync(@new, database, "migrate")).GetProperty("applied").GetArrayLength();
            Program.Say($"{applied} migrations were run under it");
            await using (var after = await ApiProcess.StartAsync(@new, database))
            {
                await RecordAsync([before.Url, after.Url], key, recorded);
                Program.Say("Both have recorded side by side");
                (first, second) = (await ReadFeedAsync(before.Url, key, recorded.Count), await ReadFeedAsync(after.Url, key, recorded.Count));
            }

            await RecordAsync([before.Url], key, recorded);
        }

        await using var again = await ApiProcess.StartAsync(old, database);
        await RecordAsync([again.Url], key, recorded);
        Program.Say("The previous release has gone on alone, and started anew");
        var last = await ReadFeedAsync(again.Url, key, recorded.Count);
        List<(string Promise, bool Holds)> promises =
        [
            ("both versions read one feed", first.SequenceEqual(second)),
            ("the feed only grows at its end", last.Take(first.Count).SequenceEqual(first)),
            ("every event is in it once", last.Order().SequenceEqual(recorded.Order())),
        ];
        promises.ForEach(promise => Console.WriteLine($"{(promise.Holds ? "held  " : "BROKEN")}  {promise.Promise}"));
        return (promises.Count(promise => promise.Holds), promises.Count(promise => !promise.Holds));
    }

    /// <summary>Builds it once: the next run finds it in <c>artifacts</c>.</summary>
    /// <returns>The program.</returns>
    private static async Task<string> BuildAsync(string commit)
    {
        var folder = Path.GetFullPath(Path.Combine("artifacts", "previous", commit));
        var program = Path.Combine(folder, "program", "flownally.dll");
        if (!File.Exists(program))
        {
            Program.Say($"Building the previous release, {commit[..7]}");
            var (source, archive, half) = (Path.Combine(folder, "source"), Path.Combine(folder, "source.tar"), Path.Combine(folder, "half"));
            Directory.CreateDirectory(source);
            await Tool.RunAsync("git", ["archive", "--output", archive, commit]);
            await Tool.RunAsync("tar", ["-xf", archive, "-C", source]);
            await Tool.RunAsync("dotnet", ["publish", Path.Combine(source, "src/Api"), "--configuration", "Release", "--output", half, "--nologo", "-v", "quiet"]);
            Directory.Move(half, Path.GetDirectoryName(program)!);
        }

        return program;
    }

    private static async Task<string> NewDatabaseAsync(string server)
    {
        await using var source = NpgsqlDataSource.Create(server);
        await using var create = source.CreateCommand("CREATE DATABASE compat");
        await create.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(server) { Database = "compat" }.ConnectionString;
    }

    private static async Task<JsonElement> CommandAsync(string program, string database, params string[] words)
    {
        var start = new ProcessStartInfo("dotnet", [program, .. words, "--json"]) { RedirectStandardOutput = true, Environment = { ["ConnectionStrings__Flownally"] = database } };
        using var process = Process.Start(start)!;
        var output = await process.StandardOutput.ReadToEndAsync();
        await process.WaitForExitAsync();
        return process.ExitCode == 0 ? JsonElement.Parse(output) : throw new InvalidOperationException($"{string.Join(' ', words)} ended with {process.ExitCode}.");
    }

    /// <summary>Records at all of them at the same time.</summary>
    private static async Task RecordAsync(Uri[] services, string key, List<string> recorded) => recorded.AddRange(
        await Task.WhenAll(Enumerable.Range(0, Events).Select(async i =>
        {
            using var answer = await SendAsync(HttpMethod.Post, new Uri(services[i % services.Length], string.Create(CultureInfo.InvariantCulture, $"/v1/contacts/ctc_{i}/events")), key,
                """{"eventTypeName":"signup.completed","payload":{"plan":"basic"}}""");
            return answer.StatusCode == HttpStatusCode.Created ? await IdOfAsync(answer) : throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        })));

    private static async Task<string> IdOfAsync(HttpResponseMessage answer) =>
        JsonElement.Parse(await answer.Content.ReadAsStringAsync()).GetProperty("id").GetString()!;

    private static async Task<IReadOnlyList<string>> ReadFeedAsync(Uri service, string key, int count)
    {
        List<string> ids = [];
        for (var cursor = ""; ids.Count < count;)
        {
            using var answer = await SendAsync(HttpMethod.Get, new Uri(service, $"/v1/events/feed?cursor={cursor}&wait=20"), key);
            var page = JsonElement.Parse(await answer.Content.ReadAsStringAsync());
            if (page.GetProperty("events").GetArrayLength() == 0)
            {
                break; // something is missing
            }

            ids.AddRange(page.GetProperty("events").EnumerateArray().Select(e => e.GetProperty("id").GetString()!));
            cursor = page.GetProperty("nextCursor").GetString()!;
        }

        return ids;
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpMethod method, Uri address, string key, string? body = null)
    {
        using var request = new HttpRequestMessage(method, address)
        {
            Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
            Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
        };
        return await Http.SendAsync(request);
    }
}
