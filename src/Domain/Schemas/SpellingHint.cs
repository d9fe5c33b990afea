namespace Flownally.Domain.Schemas;

/// <summary>Suggests known words for misspelt ones.</summary>
internal static class SpellingHint
{
    /// <returns>A sentence with the nearest known word, after a space; empty if there is none.</returns>
    public static string For(string? word, IEnumerable<string> known) =>
        word is not null && Spelling.Nearest(word, known) is { } nearest ? $" Did you mean `{nearest}`?" : "";
}
