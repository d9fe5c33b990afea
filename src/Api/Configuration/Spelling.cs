namespace Flownally.Api.Configuration;

/// <summary>Finds the name that somebody meant to write.</summary>
internal static class Spelling
{
    private const int MostSlips = 2;

    /// <returns>The nearest of the known names; null where none is within two letters of it, or where it is one of them.</returns>
    public static string? Nearest(string name, IEnumerable<string> known) => (
        from other in known
        let slips = Distance(name.ToUpperInvariant(), other.ToUpperInvariant())
        where slips is > 0 and <= MostSlips
        orderby slips
        select other).FirstOrDefault();

    /// <summary>How many letters are to be added, left out or changed (Levenshtein, 1966).</summary>
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
