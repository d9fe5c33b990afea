using System.Globalization;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Flownally.Client;

/// <summary>
/// The service refused a call, redirected it, or its answer is not as the contract says. Branch on the <c>Code</c> of
/// <see cref="Problem"/>, which never changes. The message names every fault of the request.
/// </summary>
public class FlownallyException : Exception
{
    /// <param name="problem">What the service answered; null where something else did, such as a proxy.</param>
    /// <param name="response">The body of the answer.</param>
    /// <param name="headers">Those of the answer, by their names; null for none.</param>
    public FlownallyException(
        string message,
        int status,
        FlownallyProblem? problem = null,
        string? response = null,
        IReadOnlyDictionary<string, IEnumerable<string>>? headers = null,
        Exception? innerException = null)
        : base(message, innerException) =>
        (Status, Problem, Response, Headers) = (status, problem, response, headers ?? new Dictionary<string, IEnumerable<string>>());

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>What was refused, and how to fix it; null where something other than the service answered, such as a proxy.</summary>
    public FlownallyProblem? Problem { get; }

    /// <summary>The body of the answer.</summary>
    public string? Response { get; }

    /// <summary>The headers of the answer.</summary>
    public IReadOnlyDictionary<string, IEnumerable<string>> Headers { get; }

    /// <summary>How long to wait before the next call, by <c>Retry-After</c>; null where the answer does not say.</summary>
    public TimeSpan? RetryAfter { get; private init; }

    internal static FlownallyException Refused(HttpResponseMessage response, byte[] body)
    {
        var problem = Read(response.Content.Headers.ContentType, body);
        var message = problem is null ? $"The answer is {StatusLine(response)} without problem details." : Describe(problem, StatusLine(response));
        return New(message, response, body, problem);
    }

    /// <param name="path">That of the call, as it stands behind the base address.</param>
    internal static FlownallyException Redirected(HttpResponseMessage response, byte[] body, Uri location, string path)
    {
        var address = location.GetLeftPart(UriPartial.Path);
        var advice = address.EndsWith(path, StringComparison.Ordinal)
            ? $"set BaseAddress to {address[..^path.Length]}/."
            : "check BaseAddress.";
        var status = (int)response.StatusCode;
        var message = status is >= 300 and < 400
            ? $"The service answered {status} to {address}"
            : $"The call was redirected to {address}, without its key";
        return New($"{message}; {advice}", response, body);
    }

    internal static FlownallyException Unreadable(HttpResponseMessage response, byte[] body, JsonException exception) =>
        New($"The answer is {StatusLine(response)}, but not as the contract says: {exception.Message}", response, body, inner: exception);

    private static FlownallyException New(
        string message, HttpResponseMessage response, byte[] body, FlownallyProblem? problem = null, Exception? inner = null) =>
        new(message, (int)response.StatusCode, problem, Encoding.UTF8.GetString(body),
            response.Headers.Concat(response.Content.Headers).ToDictionary(StringComparer.OrdinalIgnoreCase), inner)
        {
            RetryAfter = Retries.After(response.Headers.RetryAfter),
        };

    private static FlownallyProblem? Read(MediaTypeHeaderValue? type, byte[] body)
    {
        try
        {
            return type?.MediaType == "application/problem+json"
                ? JsonSerializer.Deserialize(body, FlownallyJson.Type<FlownallyProblem>())
                : null;
        }
        catch (JsonException)
        {
            return null; // not the service's; Response shows it
        }
    }

    private static string StatusLine(HttpResponseMessage response) =>
        string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode} {response.ReasonPhrase}").TrimEnd();

    private static string Describe(FlownallyProblem problem, string statusLine) => string.Join(Environment.NewLine,
    [
        $"{problem.Code ?? statusLine}: {problem.Detail ?? problem.Title}",
        .. (problem.Errors ?? []).Select(fault => $"{fault.Field}: {fault.Message}"),
        .. (problem.Incompatibilities ?? []).Select(rule => $"{rule.Pointer}: {rule.Change}"),
    ]);
}
