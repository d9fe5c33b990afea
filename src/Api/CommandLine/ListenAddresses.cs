using System.CommandLine;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Flownally.Api.Http.Edge;
using Microsoft.AspNetCore.Connections;

namespace Flownally.Api.CommandLine;

/// <summary>The addresses at which the service listens: a port of this machine, or a list.</summary>
internal static class ListenAddresses
{
    private const int DefaultPort = 5080;
    private const char Separator = ';'; // as in ASP.NET Core

    public static readonly Option<int> Port = new("--port")
    {
        Description = "The port on 127.0.0.1; 0 selects a free port.",
        DefaultValueFactory = _ => DefaultPort,
        CustomParser = argument => OptionValues.ReadNumber(argument, IPEndPoint.MinPort, IPEndPoint.MaxPort),
    };

    public static readonly Option<string[]> Url = new("--url")
    {
        Description = "The address to listen at, in place of --port, such as http://0.0.0.0:8080. "
            + "For several, repeat the option or use semicolons.",
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

    /// <summary>Adds both options; a call may use one of them.</summary>
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

    /// <summary>Starts the service. If it cannot listen, everything already started is stopped.</summary>
    /// <exception cref="WrongUseException">An address or its certificate is wrong.</exception>
    /// <exception cref="IOException">An address is in use or unavailable.</exception>
    public static async Task StartAsync(WebApplication app, IReadOnlyList<string> addresses, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception exception)
        {
            await app.StopAsync(CancellationToken.None);
            if (IsFromServer(exception))
            {
                throw Explain(exception, addresses);
            }

            throw;
        }
    }

    /// <summary>Whether the web server threw the exception, not another hosted service.</summary>
    private static bool IsFromServer(Exception exception) =>
        exception.StackTrace?.Contains("Microsoft.AspNetCore.Server.Kestrel", StringComparison.Ordinal) == true;

    private static Exception Explain(Exception exception, IReadOnlyList<string> addresses)
    {
        var message = exception.Message.Split('\n')[0].TrimEnd('.', '\r');
        var reason = $"The service cannot listen at {string.Join(" and ", addresses)}: {message}.";
        var advice = addresses.Any(IsHttps) ? " Set Kestrel__Certificates__Default__Path to the certificate." : "";
        return exception switch
        {
            IOException { InnerException: AddressInUseException } => exception, // its message contains the address
            SocketException => new IOException(reason, exception),
            InvalidOperationException or FormatException or ArgumentException
                or CryptographicException or IOException or UnauthorizedAccessException => new WrongUseException(reason + advice),
            _ => exception,
        };
    }

    private static bool IsHttps(string address) => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase);

    /// <returns>Null if the service can listen at the address.</returns>
    private static string? FaultOf(string text) =>
        !ListenAddress.TryParse(text, out var address, Uri.UriSchemeHttp, Uri.UriSchemeHttps)
            ? $"an address such as http://0.0.0.0:8080, not '{text}'"
        : !ListenAddress.IsLocal(address) ? $"{ListenAddress.HostRule}, not '{address.Host}'"
        : null;
}
