namespace Flownally.Api.Configuration;

/// <summary>Finds the known name that a misspelt one resembles.</summary>
internal static class Spelling
{
    private const int MaxDistance = 2;

    /// <returns>The nearest known name; null if none is within two letters, or the name itself is known.</returns>
    public static string? Nearest(string name, IEnumerable<string> known) => (
        from other in known
        let distance = Distance(name.ToUpperInvariant(), other.ToUpperInvariant())
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
