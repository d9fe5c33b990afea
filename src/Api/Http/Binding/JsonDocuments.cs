using System.Text.Json;

namespace Flownally.Api.Http.Binding;

/// <summary>The parsed documents of a call. Disposing them returns their pooled memory.</summary>
internal sealed class JsonDocuments : IDisposable
{
    private readonly List<JsonDocument> _documents = new(1);

    /// <summary>Parses a text that is valid JSON.</summary>
    /// <param name="json">The parsed text; it is valid until this object is disposed.</param>
    /// <returns>False if an object contains a member twice (RFC 7493 §2.3).</returns>
    public bool TryParse(ReadOnlyMemory<byte> utf8, int maxDepth, out JsonElement json)
    {
        try
        {
            json = Parse(utf8, new JsonDocumentOptions { AllowDuplicateProperties = false, MaxDepth = maxDepth });
            return true;
        }
        catch (JsonException)
        {
            json = Parse(utf8, new JsonDocumentOptions { MaxDepth = maxDepth });
            return false;
        }
    }

    public void Dispose() => _documents.ForEach(document => document.Dispose());

    private JsonElement Parse(ReadOnlyMemory<byte> utf8, JsonDocumentOptions options)
    {
        var document = JsonDocument.Parse(utf8, options);
        _documents.Add(document);
        return document.RootElement;
    }
}
