using System.Text;
using Flownally.Api.Http.Problems;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Primitives;

namespace Flownally.Api.Http.Edge;

/// <summary>
/// Answers only for the hosts of the setting <c>AllowedHosts</c>, so that a page whose name is made to resolve to this machine (DNS
/// rebinding) cannot read the service. The framework's own filter stands before our problems and refuses in HTML; it is switched off.
/// </summary>
internal static class HostFilter
{
    public const string Setting = "AllowedHosts";

    /// <summary>The names of this machine: all that a demo answers for.</summary>
    public static readonly IList<StringSegment> Loopback = ["localhost", "127.0.0.1", "[::1]"];

    private const char Separator = ';';
    private const string Any = "*";

    /// <summary>Asked by what watches the process, which may name any host.</summary>
    private static readonly PathString[] Exempt = ["/health"];

    public static IServiceCollection SwitchOffHostFilterOfFramework(this IServiceCollection services) =>
        services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = [Any]);

    /// <param name="setting">Names separated by semicolons, <c>*.example.com</c> for all below one; null, empty or <c>*</c> for any.</param>
    public static void UseHostFilter(this IApplicationBuilder app, string? setting)
    {
        StringSegment[] hosts = [.. Split(setting)];
        if (hosts.Length > 0 && !hosts.Contains(Any))
        {
            app.Use((context, next) => Array.Exists(Exempt, path => context.Request.Path.StartsWithSegments(path)) || Names(context.Request.Host, hosts)
                ? next(context)
                : ProblemWriter.WriteAsync(context, new ParameterInvalid("Host", "The service does not answer for this host; its setting AllowedHosts names those that it answers for.")));
        }
    }

    /// <summary>The names that the setting holds; none for null.</summary>
    public static string[] Split(string? setting) =>
        (setting ?? "").Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>
    /// Whether a call's host can match a name of the setting. Clients send names in ASCII and an IPv6 address in brackets, and the port is
    /// not compared.
    /// </summary>
    public static bool IsHost(string name)
    {
        var host = name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name;
        return name == Any || (Ascii.IsValid(host) && Uri.CheckHostName(host) is var kind
            && (kind is UriHostNameType.Dns or UriHostNameType.IPv4 || (kind is UriHostNameType.IPv6 && host.StartsWith('['))));
    }

    /// <summary>Whether a host, with or without a port, is one of these.</summary>
    public static bool Names(HostString host, IList<StringSegment> hosts) => host.HasValue && HostString.MatchesAny(host.Value, hosts);
}
