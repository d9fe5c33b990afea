using System.CommandLine;
using System.Net.Sockets;
using System.Text.Json;
using Flownally.Api.Json;
using Flownally.Application;
using Flownally.Domain;
using Flownally.Infrastructure.Database;
using Flownally.Infrastructure.EmbeddedPostgres;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Flownally.Api.CommandLine;

/// <summary>How commands speak: results on standard output, as text or JSON; everything else on standard error.</summary>
internal sealed class Terminal(bool json)
{
    public static readonly Option<bool> Json = new("--json")
    {
        Description = "Print results as JSON.",
        Recursive = true,
    };

    /// <summary>Says something to the person that no script waits for.</summary>
    public static void Say(string sentence) => Console.Error.WriteLine(sentence);

    /// <summary>Prints a result.</summary>
    /// <param name="value">What <c>--json</c> shows, on one line.</param>
    /// <param name="lines">What a person reads.</param>
    public void Show(object value, params IEnumerable<string> lines)
    {
        foreach (var line in json ? [JsonSerializer.Serialize(value, ApiJson.Options)] : lines)
        {
            Console.Out.WriteLine(line);
        }
    }

    /// <summary>Says why a command was refused.</summary>
    /// <returns>The exit status 1.</returns>
    public static int Refuse(Error error)
    {
        Say(error.Violations.Count == 0 ? error.Detail : string.Join('\n', error.Violations.Select(fault => $"{fault.Field}: {fault.Message}")));
        return 1;
    }

    /// <summary>Runs a command; an outage or a wrong setting is told in a sentence and makes the exit status 1.</summary>
    public static async Task<int> RunAsync(ParseResult arguments, Func<Terminal, Task<int>> command)
    {
        try
        {
            return await command(new Terminal(arguments.GetValue(Json)));
        }
        catch (Exception exception) when (exception is SocketException or (NpgsqlException and not PostgresException))
        {
            Say($"The database cannot be reached: {Reason(exception)}");
            return 1;
        }
        catch (Exception exception) when (exception is EmbeddedServerException or DatabaseUnavailableException or MigrationRefusedException
            or OptionsValidationException or PostgresException or IOException or InvalidDataException or UnauthorizedAccessException)
        {
            Say(exception.Message);
            return 1;
        }
        catch (OperationCanceledException)
        {
            return 130; // 128 + SIGINT, as shells have it
        }
    }

    /// <summary>Where a connection string names several hosts, each has its own.</summary>
    private static string Reason(Exception exception) => exception.InnerException is AggregateException hosts
        ? string.Join("; ", hosts.InnerExceptions.Select(host => host.Message))
        : exception.Message;
}
