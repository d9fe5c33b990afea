using System.Text.Json;
using Flownally.Domain.Json;
using Flownally.Domain.Schemas;

namespace Flownally.Infrastructure.Postgres;

internal static class StoredSchema
{
    /// <summary>Restores a schema from a column. It was validated before it was stored.</summary>
    public static PayloadSchema ToSchema(this RawJson text) => PayloadSchema.Restore(JsonElement.Parse(text.Utf8.Span));
}
