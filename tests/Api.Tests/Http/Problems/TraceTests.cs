namespace Flownally.Api.Tests.Http.Problems;

/// <summary>By its <c>traceId</c> a refusal is found again: in the caller's trace (W3C Trace Context), or in one of its own.</summary>
public sealed class TraceTests
{
    private const string Trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Span = "00f067aa0ba902b7";

    [TestCase("00")]
    [TestCase("01")]
    public async Task A_refusal_goes_on_with_its_callers_trace(string flags) =>
        Assert.That(await TraceIdAsync($"00-{Trace}-{Span}-{flags}"), Does.Match($"^00-{Trace}-(?!{Span})[0-9a-f]{{16}}-{flags}$"));

    [TestCase("nonsense")]
    [TestCase($"00-{Trace}-0000000000000000-01")]
    [TestCase(null)]
    public async Task Without_one_it_has_a_trace_of_its_own(string? header)
    {
        var first = await TraceIdAsync(header);
        Assert.That(first, Does.Match("^00-[0-9a-f]{32}-[0-9a-f]{16}-00$").And.Not.Contain(Trace));
        Assert.That(await TraceIdAsync(header), Is.Not.EqualTo(first));
    }

    private static async Task<string> TraceIdAsync(string? header)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/v1/events?pageSize=none");
        if (header is not null)
        {
            request.Headers.TryAddWithoutValidation("traceparent", header);
        }

        return (string)(await (await Service.NewWorkspaceAsync()).SendAsync(request)).Json["traceId"]!;
    }
}
