using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;

namespace Flownally.Load.Hostile;

/// <summary>A tenant that does nothing special: it records an event, waits a moment, and notes how long each call took.</summary>
internal sealed class Bystander(HttpClient http, Uri service, string key)
{
    private const string Event = """{"eventTypeName":"signup.completed","payload":{"plan":"basic","seats":3}}""";

    public async Task<BystanderReport> RunAsync(TimeSpan time, TimeSpan pause)
    {
        var (latencies, failures) = (new List<double>(), 0);
        for (var begin = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begin) < time;)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(service, "/v1/contacts/ctc_1/events"))
            {
                Headers = { Authorization = new AuthenticationHeaderValue("Bearer", key) },
                Content = new StringContent(Event, Encoding.UTF8, "application/json"),
            };
            var start = Stopwatch.GetTimestamp();
            using var answer = await http.SendAsync(request);
            latencies.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
            failures += answer.StatusCode == HttpStatusCode.Created ? 0 : 1;
            await Task.Delay(pause);
        }

        return new BystanderReport(latencies, failures);
    }
}

/// <param name="Latencies">Of each call, in milliseconds.</param>
internal sealed record BystanderReport(IReadOnlyList<double> Latencies, int Failures)
{
    public double Percentile(double share) => Latencies.Order().ElementAt((int)(share * (Latencies.Count - 1)));
}
