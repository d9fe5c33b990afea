using System.Text.Json;

namespace Flownally.Api.Http.Binding;

/// <summary>The parsed texts of a call. They take memory that is used again once they are disposed.</summary>
internal sealed class JsonDocuments : IDisposable
{
    private readonly List<JsonDocument> _documents = new(1);

    /// <summary>Parses a text that has been found to be JSON.</summary>
    /// <param name="json">The text; it lives as long as this does.</param>
    /// <returns>False where a member stands twice in its object (RFC 7493 §2.3).</returns>
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
