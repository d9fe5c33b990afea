using System.Net.Http.Headers;
using System.Text;

namespace Flownally.Load.Hostile;

/// <summary>A call that is made to be dear.</summary>
/// <param name="Name">What makes it dear, for whoever reads the report.</param>
internal sealed record DearCall(string Name, HttpMethod Method, string Path, string? Body = null, string? Host = null, bool Anonymous = false)
{
    public HttpRequestMessage ToRequest(Uri service, string key)
    {
        var request = new HttpRequestMessage(Method, new Uri(service, Path)) { Headers = { Host = Host } };
        if (!Anonymous)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        if (Body is not null)
        {
            request.Content = new StringContent(Body, Encoding.UTF8, "application/json");
        }

        return request;
    }
}
