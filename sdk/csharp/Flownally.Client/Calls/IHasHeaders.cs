using System.Net.Http.Headers;

namespace Flownally.Client;

/// <summary>A body that also shows what the headers of its answer say.</summary>
internal interface IHasHeaders
{
    void Take(HttpResponseHeaders headers);
}
