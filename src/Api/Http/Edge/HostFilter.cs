using System.Text;
using Flownally.Api.Http.Problems;
using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Primitives;

namespace Flownally.Api.Http.Edge;

/// <summary>
/// Serves only the hosts of the setting <c>AllowedHosts</c>, so that a page cannot read the service through DNS rebinding. The framework's
/// filter runs before the problem middleware and responds in HTML; it is disabled.
/// </summary>
internal static class HostFilter
{
    public const string Setting = "AllowedHosts";

    /// <summary>The names of this machine. A demo serves only these.</summary>
    public static readonly IList<StringSegment> Loopback = ["localhost", "127.0.0.1", "[::1]"];

    private const char Separator = ';';
    private const string Any = "*";

    /// <summary>Monitoring calls these paths and may use any host.</summary>
    private static readonly PathString[] Exempt = ["/health"];

    public static IServiceCollection DisableFrameworkHostFilter(this IServiceCollection services) =>
        services.Configure<HostFilteringOptions>(filter => filter.AllowedHosts = [Any]);

    /// <param name="setting">Host names separated by semicolons; <c>*.example.com</c> matches all subdomains; null, empty or <c>*</c>
    /// matches any host.</param>
    public static void UseHostFilter(this IApplicationBuilder app, string? setting)
    {
        StringSegment[] hosts = [.. Split(setting)];
        if (hosts.Length > 0 && !hosts.Contains(Any))
        {
            app.Use((context, next) => IsExempt(context.Request.Path) || Names(context.Request.Host, hosts)
                ? next(context)
                : ProblemWriter.WriteAsync(context, new ParameterInvalid("Host",
                    "The service does not serve this host; the setting AllowedHosts contains the served hosts.")));
        }
    }

    /// <summary>The names in the setting; none for null.</summary>
    public static string[] Split(string? setting) =>
        (setting ?? "").Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    /// <summary>
    /// Whether a name in the setting can match a call's host. Clients send names in ASCII and an IPv6 address in brackets, and the port is
    /// not compared.
    /// </summary>
    public static bool IsHost(string name)
    {
        var host = name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name;
        return name == Any || (Ascii.IsValid(host) && Uri.CheckHostName(host) is var kind
            && (kind is UriHostNameType.Dns or UriHostNameType.IPv4 || (kind is UriHostNameType.IPv6 && host.StartsWith('['))));
    }

    /// <summary>Whether a host, with or without a port, matches one of these names.</summary>
    public static bool Names(HostString host, IList<StringSegment> hosts) => host.HasValue && HostString.MatchesAny(host.Value, hosts);

    private static bool IsExempt(PathString path) => Array.Exists(Exempt, exempt => path.StartsWithSegments(exempt));
}
