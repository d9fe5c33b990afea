using System.Text.Json;
using System.Text.Json.Serialization;

namespace Flownally.Client;

/// <summary>
/// Writes an enum by the words of the contract. A word that is not among them reads as <c>Unknown</c>, the default of each enum,
/// so that a newer service does not break this client.
/// </summary>
internal abstract class WordConverter<T>(params (string Word, T Value)[] words) : JsonConverter<T>
    where T : struct, Enum
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException($"{typeof(T).Name} is a string.");
        }

        var word = reader.GetString();
        return Array.Find(words, known => known.Word == word).Value;
    }

    /// <exception cref="ArgumentException">The value is <c>Unknown</c>, which cannot be sent.</exception>
    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        writer.WriteStringValue(Array.Find(words, known => EqualityComparer<T>.Default.Equals(known.Value, value)).Word
            ?? throw new ArgumentException($"{typeof(T).Name}.{value} cannot be sent."));
}
