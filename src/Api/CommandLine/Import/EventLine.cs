using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;
using Flownally.Api.CommandLine.Input;
using Flownally.Domain.Json;

namespace Flownally.Api.CommandLine.Import;

/// <summary>
/// An event on a line of a file. It is sent byte for byte as it stands there, except that a line without
/// <c>idempotencyKey</c> gets one made of its number and the SHA-256 of its text: the same whenever the file is imported again.
/// Where journeys are suppressed, so does a line without <c>suppressJourneys</c>.
/// </summary>
internal sealed class EventLine
{
    private readonly ReadOnlyMemory<byte> _opening;
    private readonly ReadOnlyMemory<byte> _rest;

    /// <param name="membersAt">Where in the text the object's brace has been passed.</param>
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

    /// <summary>The line as it was.</summary>
    public byte[] Text { get; }

    /// <summary>The bytes that <see cref="WriteAsync"/> writes.</summary>
    public int Length => _opening.Length + _rest.Length;

    /// <summary>Takes a line that is a JSON object; whether that is an event is for the service to say.</summary>
    /// <param name="suppressJourneys">True lets no journey react to the event, unless the line says it itself.</param>
    /// <param name="reason">Why the line was not taken.</param>
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
            // How deep a payload may be is for the service to say.
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { MaxDepth = int.MaxValue });
            reader.Read();
            if (reader.TokenType != JsonTokenType.StartObject)
            {
                return (null, "The line is no JSON object.");
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
            return (null, $"The line is no JSON object: it goes wrong at byte {exception.BytePositionInLine + 1}.");
        }
    }
}
