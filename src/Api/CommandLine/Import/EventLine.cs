using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Flownally.Api.CommandLine.Input;
using Flownally.Domain.Json;

namespace Flownally.Api.CommandLine.Import;

/// <summary>
/// An event on a line of a file. It is sent byte for byte, except that a line without <c>idempotencyKey</c> gets a key from its number and
/// the SHA-256 of its text, which is the same in every import of the file. If journeys are suppressed, a line without
/// <c>suppressJourneys</c> gets that member too.
/// </summary>
internal sealed class EventLine
{
    private readonly ReadOnlyMemory<byte> _opening;
    private readonly ReadOnlyMemory<byte> _rest;

    /// <param name="membersAt">The position after the object's opening brace.</param>
    private EventLine(long number, byte[] text, int membersAt, bool needsKey, bool suppressesJourneys)
    {
        Number = number;
        Text = text;
        var key = needsKey ? $"\"idempotencyKey\":\"import-{number}-{Convert.ToHexStringLower(SHA256.HashData(text))}\"," : "";
        var suppression = suppressesJourneys ? "\"suppressJourneys\":true," : "";
        _opening = Encoding.ASCII.GetBytes($"{{{key}{suppression}");
        _rest = text.AsMemory(membersAt);
    }

    public long Number { get; }

    /// <summary>The unchanged line.</summary>
    public byte[] Text { get; }

    /// <summary>The number of bytes that <see cref="WriteAsync"/> writes.</summary>
    public int Length => _opening.Length + _rest.Length;

    /// <summary>Accepts a line that is a JSON object. The service validates the event.</summary>
    /// <param name="suppressJourneys">True prevents journeys from reacting to the event, unless the line sets the member.</param>
    /// <param name="reason">The reason why the line is refused.</param>
    public static bool TryRead(InputLine line, bool suppressJourneys, [NotNullWhen(true)] out EventLine? read,
        [NotNullWhen(false)] out string? reason)
    {
        (read, reason) = line.Text is null
            ? (null, $"The line has more than {InputLines.MaxLineBytes} bytes.")
            : Read(line.Number, line.Text, suppressJourneys);
        return read is not null;
    }

    public async Task WriteAsync(Stream stream, CancellationToken cancellationToken)
    {
        await stream.WriteAsync(_opening, cancellationToken);
        await stream.WriteAsync(_rest, cancellationToken);
    }

    private static (EventLine?, string?) Read(long number, byte[] text, bool suppressJourneys)
    {
        if (!Utf8.IsValid(text))
        {
            return (null, "The line is not UTF-8.");
        }

        try
        {
            // The service checks the depth of payloads.
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = int.MaxValue });
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return (null, "The line is not a JSON object.");
            }

            var (membersAt, members, hasKey, hasSuppression) = ((int)reader.BytesConsumed, 0, false, false);
            while (reader.Read())
            {
                if (reader.CurrentDepth == 1 && reader.TokenType == JsonTokenType.PropertyName)
                {
                    members++;
                    hasKey |= JsonText.IsAtMember(ref reader, "idempotencyKey"u8);
                    hasSuppression |= JsonText.IsAtMember(ref reader, "suppressJourneys"u8);
                }
            }

            var (needsKey, suppressesJourneys) = (members > 0 && !hasKey, members > 0 && suppressJourneys && !hasSuppression);
            return (new EventLine(number, text, membersAt, needsKey, suppressesJourneys), null);
        }
        catch (JsonException exception)
        {
            return (null, $"The line is not a JSON object: error at byte {exception.BytePositionInLine + 1}.");
        }
    }
}
