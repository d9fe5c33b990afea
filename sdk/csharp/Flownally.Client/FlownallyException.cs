namespace Flownally.Client;

/// <summary>A call was refused. Branch on <see cref="Problem"/>'s <c>Code</c>, which never changes.</summary>
public class FlownallyException : Exception
{
    internal FlownallyException(string message, int status, string? response, IReadOnlyDictionary<string, IEnumerable<string>> headers, Exception? inner)
        : base(message, inner) => (Status, Response, Headers) = (status, response, headers);

    /// <summary>The HTTP status.</summary>
    public int Status { get; }

    /// <summary>What was refused, and how to mend it; null where the answer came from something other than the service, such as a proxy.</summary>
    public ProblemDetails? Problem { get; internal init; }

    /// <summary>The body of the answer.</summary>
    public string? Response { get; }

    public IReadOnlyDictionary<string, IEnumerable<string>> Headers { get; }
}

/// <summary>What the generated code throws where the answer was read.</summary>
internal sealed class FlownallyException<T> : FlownallyException
{
    public FlownallyException(string message, int status, string? response, IReadOnlyDictionary<string, IEnumerable<string>> headers, T result, Exception? inner)
        : base(result is ProblemDetails problem ? $"{problem.Code}: {problem.Detail ?? problem.Title}" : message, status, response, headers, inner) =>
        Problem = result as ProblemDetails;
}
