using System.Net.Http.Headers;
using System.Text.Json.Serialization;

namespace Flownally.Client;

public partial class EventType : IHasHeaders
{
    /// <summary>What to give as <c>ifMatch</c>, so that the change happens only if the type is as it was read; null in lists.</summary>
    [JsonIgnore]
    public string? ETag { get; set; }

    void IHasHeaders.Take(HttpResponseHeaders headers) => ETag = headers.ETag?.ToString();
}
