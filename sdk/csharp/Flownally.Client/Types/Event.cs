using System.Diagnostics.CodeAnalysis;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Flownally.Client;

public partial class Event : IHasHeaders
{
    /// <summary>Whether the event was recorded by an earlier call under the same idempotency key.</summary>
    [JsonIgnore]
    public bool WasReplayed { get; set; }

    /// <summary>The payload as a type of your own, read with camelCase names.</summary>
    /// <exception cref="JsonException">The payload does not fit the type.</exception>
    [RequiresUnreferencedCode(PayloadJson.Reflection), RequiresDynamicCode(PayloadJson.Reflection)]
    public T? PayloadAs<T>() => Payload.Deserialize<T>(PayloadJson.Options);

    /// <summary>The payload as a type of your own, read without reflection.</summary>
    /// <exception cref="JsonException">The payload does not fit the type.</exception>
    public T? PayloadAs<T>(JsonTypeInfo<T> type) => Payload.Deserialize(type);

    void IHasHeaders.Take(HttpResponseHeaders headers) =>
        WasReplayed = headers.TryGetValues("Idempotency-Replayed", out var values) && values.Contains("true");
}
