using Flownally.Domain;

namespace Flownally.Api.Http.Problems;

/// <summary>A type of problem (RFC 9457 §3.1).</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">A short summary, the same for every occurrence.</param>
/// <param name="Meaning">Explains the cause to the caller.</param>
/// <param name="Fix">Explains how to fix the problem.</param>
/// <param name="Example">An example of the problem.</param>
internal sealed record ProblemType(int Status, string Title, string Meaning, string Fix, Error Example)
{
    /// <summary>The stable code.</summary>
    public string Code => Example.Code;

    /// <summary>The path of the page that explains the problem.</summary>
    public string Address => $"/problems/{Code}";

    /// <summary>An example response.</summary>
    public Problem ExampleResponse => Problem.Of(
        Example, "/v1/contacts/ctc_1001/events", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
}
