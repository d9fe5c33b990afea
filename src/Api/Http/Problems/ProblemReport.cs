using System.Diagnostics.Metrics;
using System.Text.RegularExpressions;
using System.Threading.RateLimiting;
using Flownally.Api.Http.Authentication;
using Flownally.Domain;
using Microsoft.AspNetCore.Mvc.Controllers;
using Microsoft.AspNetCore.Routing.Patterns;

namespace Flownally.Api.Http.Problems;

/// <summary>
/// Reports every problem to operators: a count by code, and a log line with the response's traceId. The line names the invalid places. It
/// contains neither their values nor the contact, because these may be personal data.
/// </summary>
internal sealed partial class ProblemReport(IMeterFactory meters, EndpointDataSource endpoints, ILogger<Problem> log) : IDisposable
{
    private const int MaxPlaces = 5;
    private const int MaxSegments = 10;

    private readonly Counter<long> _problems =
        meters.Create("Flownally").CreateCounter<long>("flownally.problems", "{problem}",
            "Refused and failed calls and items of batches, by problem code.");

    /// <summary>Limits the log lines of refused calls; further ones are logged at Debug.</summary>
    private readonly TokenBucketRateLimiter _warnings = new(new TokenBucketRateLimiterOptions
    {
        TokenLimit = 100,
        TokensPerPeriod = 20,
        ReplenishmentPeriod = TimeSpan.FromSeconds(1),
        QueueLimit = 0,
    });

    /// <summary>The literal segments of the operations' paths.</summary>
    private readonly Lazy<HashSet<string>> _literals = new(() =>
    [
        .. endpoints.Endpoints.OfType<RouteEndpoint>().SelectMany(route => route.RoutePattern.PathSegments)
            .SelectMany(segment => segment.Parts).OfType<RoutePatternLiteralPart>().Select(part => part.Content),
    ]);

    /// <param name="times">The number of a batch's items with this error; 1 for a call.</param>
    public void Add(HttpContext http, Error error, string? traceId, int times = 1)
    {
        var type = ProblemCatalog.ByCode[error.Code];
        _problems.Add(times, new KeyValuePair<string, object?>("code", type.Code));
        var level = LevelOf(type.Status);
        if (!log.IsEnabled(level))
        {
            return;
        }

        var route = http.GetEndpoint() as RouteEndpoint;
        var action = route?.Metadata.GetMetadata<ControllerActionDescriptor>();
        var path = route is null ? MaskIds(http.Request.Path) : $"/{route.RoutePattern.RawText?.TrimStart('/')}";
        var places = error.Violations.Take(MaxPlaces).Select(place => $"{MaskNames(place.Field)} ({place.Code})").ToList();
        var caller = (http.User as CallerPrincipal)?.Caller;
        Log(log, level, level == LogLevel.Error ? error.Cause : null, http.Request.Method, path,
            type.Status >= 500 ? "failed" : "was refused", type.Status, type.Code, times, traceId,
            action is null ? null : Operations.NameOf(action.MethodInfo), caller?.TenantId.ToString(), caller?.KeyId?.ToString(),
            places.Count == 0 ? null : string.Join(", ", places), CauseOf(error));
    }

    public void Dispose() => _warnings.Dispose();

    private LogLevel LevelOf(int status) => status switch
    {
        StatusCodes.Status500InternalServerError => LogLevel.Error,
        StatusCodes.Status503ServiceUnavailable or StatusCodes.Status429TooManyRequests =>
            IsWithinLimit() ? LogLevel.Warning : LogLevel.Debug,
        _ => LogLevel.Debug,
    };

    private bool IsWithinLimit()
    {
        using var lease = _warnings.AttemptAcquire();
        return lease.IsAcquired;
    }

    /// <summary>
    /// Masks a path that belongs to no operation. A segment that no operation has may be a contact's id; a star replaces it.
    /// </summary>
    private string MaskIds(PathString path) => string.Join('/', path.Value?.Split('/').Take(MaxSegments)
        .Select(segment => segment.Length == 0 || _literals.Value.Contains(segment) ? segment : "*") ?? []);

    /// <summary>Replaces names that are not identifiers or indexes by stars: keys of a map in a payload can be personal data.</summary>
    private static string MaskNames(string place) =>
        string.Join('/', place.Split('/').Select(name => name.Length == 0 || PlainName().IsMatch(name) ? name : "*"));

    [GeneratedRegex(@"\A([A-Za-z_$][A-Za-z0-9_.$-]{0,63}|[0-9]{1,5})\z", RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex PlainName();

    /// <summary>The messages of the exception and its inner exception; those of PostgreSQL start with the SQLSTATE.</summary>
    private static string? CauseOf(Error error) => error.Cause switch
    {
        null => null,
        { InnerException: { } inner } cause => $"{cause.Message} {inner.Message}",
        var cause => cause.Message,
    };

    [LoggerMessage("{Method} {Path} {Outcome}: {Status} {Code}, {Times} times. "
        + "TraceId {TraceId}, operation {Operation}, tenant {Tenant}, key {KeyId}, places {Places}, cause: {Cause}")]
    private static partial void Log(ILogger log, LogLevel level, Exception? exception, string method, string path, string outcome,
        int status, string code, int times, string? traceId, string? operation, string? tenant, string? keyId, string? places,
        string? cause);
}
