using Flownally.Domain;

namespace Flownally.Api.Http.Problems;

/// <summary>What every occurrence of a problem has in common (RFC 9457 §3.1).</summary>
/// <param name="Status">The HTTP status.</param>
/// <param name="Title">A short summary that does not change from occurrence to occurrence.</param>
/// <param name="Meaning">When it comes, for a person who has just met it.</param>
/// <param name="Mend">What to do about it.</param>
/// <param name="Example">An occurrence of it.</param>
internal sealed record ProblemType(int Status, string Title, string Meaning, string Mend, Error Example)
{
    /// <summary>The stable code.</summary>
    public string Code => Example.Code;

    /// <summary>The page about it.</summary>
    public string Address => $"/problems/{Code}";

    /// <summary>The answer to a call that ran into it.</summary>
    public Problem ExampleAnswer => Problem.Of(Example, "/v1/contacts/ctc_1001/events", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
}
