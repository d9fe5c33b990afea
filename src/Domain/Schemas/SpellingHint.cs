namespace Flownally.Domain.Schemas;

/// <summary>Suggests known words for misspelt ones.</summary>
internal static class SpellingHint
{
    private const int MaxDistance = 2;

    /// <returns>A sentence with the nearest known word, after a space; empty if there is none.</returns>
    public static string For(string? word, IEnumerable<string> known)
    {
        var nearest = word is null ? null : known.Where(candidate => Math.Abs(candidate.Length - word.Length) <= MaxDistance)
            .MinBy(candidate => Distance(word, candidate));
        return nearest is not null && Distance(word!, nearest) <= MaxDistance ? $" Did you mean `{nearest}`?" : "";
    }

    /// <summary>The Levenshtein distance.</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var diagonal = row[0];
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var cost = one[i - 1] == other[j - 1] ? diagonal : diagonal + 1;
                diagonal = row[j];
                row[j] = Math.Min(cost, Math.Min(row[j], row[j - 1]) + 1);
            }
        }

        return row[other.Length];
    }
}
