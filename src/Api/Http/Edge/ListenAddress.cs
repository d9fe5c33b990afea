using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Flownally.Api.Http.Edge;

/// <summary>An address of this machine to listen on: a scheme, a host and an optional port.</summary>
internal static class ListenAddress
{
    /// <summary>What the host may be.</summary>
    public const string OfMachine = "an address of this machine (an IP address, localhost, * or [::])";

    private const string LocalHost = "localhost";

    /// <summary>For every address of the machine, as ASP.NET Core has them.</summary>
    private static readonly string[] Any = ["*", "+"];

    /// <returns>False where the text has a path, a port above 65535, or another scheme than these.</returns>
    public static bool TryParse(string text, [NotNullWhen(true)] out BindingAddress? address, params IReadOnlyList<string> schemes)
    {
        try
        {
            address = BindingAddress.Parse(text);
        }
        catch (FormatException)
        {
            address = null;
            return false;
        }

        return schemes.Contains(address.Scheme, StringComparer.OrdinalIgnoreCase)
            && address.PathBase.Length == 0
            && (address.IsUnixPipe || address.Port is >= IPEndPoint.MinPort and <= IPEndPoint.MaxPort);
    }

    /// <summary>
    /// Whether the host is one that this machine can listen at. Kestrel takes every other host as all addresses, so that a typing error
    /// would open the service to the network. A user, a query or a fragment is part of the host here.
    /// </summary>
    public static bool IsOfMachine(BindingAddress address) =>
        address.IsUnixPipe
        || Any.Contains(address.Host)
        || address.Host.Equals(LocalHost, StringComparison.OrdinalIgnoreCase)
        || (address.Host.StartsWith('[') == address.Host.EndsWith(']') && IPAddress.TryParse(address.Host, out _));
}

/// <summary>A setting that is an address of this machine to listen at by http; empty for none.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ListenAddressAttribute : ValidationAttribute
{
    public override bool IsValid(object? value) => value is ""
        || (value is string text && ListenAddress.TryParse(text, out var address, Uri.UriSchemeHttp) && ListenAddress.IsOfMachine(address));
}
