using System.Text;
using System.Text.Json;
using Flownally.Domain.Json;

namespace Flownally.Api.Http.Binding;

/// <summary>The text of a body with a batch, split into its items, so that an error in one item refuses only that item.</summary>
/// <param name="Rest">The body with an empty batch.</param>
/// <param name="Items">The texts of at most one more item than a batch may have; null if the body has no batch.</param>
/// <param name="Count">The number of items.</param>
internal sealed record BatchText(ReadOnlyMemory<byte> Rest, IReadOnlyList<ReadOnlyMemory<byte>>? Items, int Count)
{
    /// <param name="member">The member that contains the batch.</param>
    /// <exception cref="JsonException">The body is not one JSON text.</exception>
    public static BatchText Split(ReadOnlyMemory<byte> body, string member)
    {
        List<ReadOnlyMemory<byte>>? items = null;
        var name = Encoding.UTF8.GetBytes(member);
        var (opened, closed, count) = (0, 0, 0);
        var reader = new Utf8JsonReader(body.Span, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            // A second member of this name stays in the rest and is refused as a duplicate.
            if (items is not null || reader.CurrentDepth != 1 || !JsonText.IsAtMember(ref reader, name))
            {
                continue;
            }

            reader.Read();
            if (reader.TokenType != JsonTokenType.StartArray)
            {
                continue;
            }

            (items, opened) = ([], (int)reader.BytesConsumed);
            while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                if (count++ <= Batch.MaxItems)
                {
                    items.Add(body[start..(int)reader.BytesConsumed]);
                }
            }

            closed = (int)reader.TokenStartIndex;
        }

        return items is null
            ? new BatchText(body, null, 0)
            : new BatchText(
                (byte[])[.. body.Span[..opened].TrimStart(" \t\r\n"u8), .. body.Span[closed..].TrimEnd(" \t\r\n"u8)], items, count);
    }
}
