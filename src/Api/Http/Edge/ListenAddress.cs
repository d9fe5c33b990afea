using System.ComponentModel.DataAnnotations;
using System.Diagnostics.CodeAnalysis;
using System.Net;

namespace Flownally.Api.Http.Edge;

/// <summary>An address of this machine to listen on: a scheme, a host and an optional port.</summary>
internal static class ListenAddress
{
    /// <summary>The allowed hosts.</summary>
    public const string HostRule = "an address of this machine (an IP address, localhost, * or [::])";

    private const string LocalHost = "localhost";

    /// <summary>ASP.NET Core's names for all addresses of the machine.</summary>
    private static readonly string[] Any = ["*", "+"];

    /// <returns>False if the text has a path, a port above 65535, or another scheme.</returns>
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

    /// <summary>Whether a text is an address of this machine with one of these schemes.</summary>
    public static bool IsValid(string text, params IReadOnlyList<string> schemes) =>
        TryParse(text, out var address, schemes) && IsLocal(address);

    /// <summary>
    /// Whether this machine can listen at the host. Kestrel treats any other host as all addresses, so a typing error would open the
    /// service to the network. The parser keeps a user, query or fragment as part of the host.
    /// </summary>
    public static bool IsLocal(BindingAddress address) =>
        address.IsUnixPipe
        || Any.Contains(address.Host)
        || address.Host.Equals(LocalHost, StringComparison.OrdinalIgnoreCase)
        || (address.Host.StartsWith('[') == address.Host.EndsWith(']') && IPAddress.TryParse(address.Host, out _));
}

/// <summary>A setting with an http address of this machine to listen at; empty for none.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class ListenAddressAttribute : ValidationAttribute
{
    public override bool IsValid(object? value) => value is ""
        || (value is string text && ListenAddress.IsValid(text, Uri.UriSchemeHttp));
}
