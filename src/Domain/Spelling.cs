namespace Flownally.Domain;

/// <summary>Finds the known word that a misspelt one resembles.</summary>
public static class Spelling
{
    private const int MaxDistance = 2;

    /// <returns>The nearest known word; null if none is within two letters, or the word itself is known.</returns>
    public static string? Nearest(string word, IEnumerable<string> known, bool ignoreCase = false) => (
        from other in known
        where Math.Abs(other.Length - word.Length) <= MaxDistance // bounds the work for a long word
        let distance = ignoreCase ? Distance(word.ToUpperInvariant(), other.ToUpperInvariant()) : Distance(word, other)
        where distance is > 0 and <= MaxDistance
        orderby distance
        select other).FirstOrDefault();

    /// <summary>The number of letters to add, remove or change (Levenshtein, 1966).</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        foreach (var letter in one)
        {
            var diagonal = row[0]++;
            for (var i = 1; i <= other.Length; i++)
            {
                var change = diagonal + (letter == other[i - 1] ? 0 : 1);
                diagonal = row[i];
                row[i] = Math.Min(change, Math.Min(row[i], row[i - 1]) + 1);
            }
        }

        return row[^1];
    }
}
