using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Flownally.Api.Http.Edge;
using Microsoft.AspNetCore.Connections;

namespace Flownally.Api.CommandLine;

/// <summary>Where the service listens: a port of this machine, or addresses.</summary>
internal static class ListenAddresses
{
    private const int DefaultPort = 5080;
    private const char Separator = ';'; // as ASP.NET Core has it

    public static readonly Option<int> Port = new("--port")
    {
        Description = "The port on 127.0.0.1; 0 takes a free one.",
        DefaultValueFactory = _ => DefaultPort,
        CustomParser = argument => OptionValues.ReadNumber(argument, IPEndPoint.MinPort, IPEndPoint.MaxPort),
    };

    public static readonly Option<string[]> Url = new("--url")
    {
        Description = "Where to listen instead, such as http://0.0.0.0:8080; repeat it, or separate addresses by semicolons, for several.",
        CustomParser = argument =>
        {
            string[] addresses =
                [.. argument.Tokens.SelectMany(token => token.Value.Split(Separator, StringSplitOptions.TrimEntries)).Distinct()];
            foreach (var fault in addresses.Select(FaultOf).OfType<string>())
            {
                argument.AddError($"--url takes {fault}.");
            }

            return addresses;
        },
    };

    /// <summary>Takes one of the two options.</summary>
    public static void AddTo(Command command)
    {
        command.Options.Add(Port);
        command.Options.Add(Url);
        command.Validators.Add(call =>
        {
            if (call.GetResult(Port) is { Implicit: false } && call.GetResult(Url) is not null)
            {
                call.AddError("Only one of --port and --url can be given.");
            }
        });
    }

    public static IReadOnlyList<string> Of(ParseResult arguments) => arguments.GetValue(Url) is { Length: > 0 } addresses
        ? addresses
        : [$"http://127.0.0.1:{arguments.GetValue(Port)}"];

    /// <summary>Starts the service; what has started with it ends where it cannot listen.</summary>
    /// <exception cref="WrongUseException">An address or its certificate is wrong.</exception>
    /// <exception cref="IOException">An address is in use, or cannot be had.</exception>
    public static async Task StartAsync(WebApplication app, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            await app.StopAsync(CancellationToken.None);
            if (IsOfServer(exception))
            {
                throw Explained(exception, addresses);
            }

            throw;
        }
    }

    /// <summary>Whether the web server threw it, and not something else that starts with the service.</summary>
    private static bool IsOfServer(Exception exception) =>
        exception.StackTrace?.Contains("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) == true;

    private static Exception Explained(Exception exception, IReadOnlyList<string> addresses)
    {
        var message = exception.Message.Split('\n')[0].TrimEnd('.', '\r');
        var reason = $"The service cannot listen at {string.Join(" and ", addresses)}: {message}.";
        var advice = addresses.Any(IsHttps) ? " Kestrel__Certificates__Default__Path names the certificate." : "";
        return exception switch
        {
            IOException { InnerException: AddressInUseException } => exception, // it names the address
            SocketException => new IOException(reason, exception),
            InvalidOperationException or FormatException or ArgumentException
                or CryptographicException or IOException or UnauthorizedAccessException => new WrongUseException(reason + advice),
            _ => exception,
        };
    }

    private static bool IsHttps(string address) => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    /// <returns>Null where the service can listen there.</returns>
    private static string? FaultOf(string text) =>
        !ListenAddress.TryParse(text, out var address, Uri.UriSchemeHttp, Uri.UriSchemeHttps)
            ? $"an address such as http://0.0.0.0:8080, not '{text}'"
        : !ListenAddress.IsOfMachine(address) ? $"{ListenAddress.OfMachine}, not '{address.Host}'"
        : null;
}
