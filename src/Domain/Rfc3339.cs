using System.Globalization;
using System.Text.RegularExpressions;

namespace Flownally.Domain;

/// <summary>
/// Reads a date-time of RFC 3339 §5.6. The offset is required, and a fraction may have any number of digits.
/// .NET has no leap seconds, so a leap second becomes the second after it. Only the last second of a day in UTC can be a leap
/// second, as in <see cref="Schemas.Formats"/>.
/// </summary>
public static partial class Rfc3339
{
    /// <param name="text">The date-time, without surrounding whitespace.</param>
    /// <param name="time">The instant in UTC, truncated to microseconds.</param>
    public static bool TryParse(string text, out DateTimeOffset time)
    {
        time = default;
        var match = Grammar().Match(text);
        if (!match.Success)
        {
            return false;
        }

        var seconds = match.Groups["seconds"].Value;
        var isLeap = seconds == "60";
        if (!DateTime.TryParseExact(match.Groups["minute"].Value.ToUpperInvariant() + (isLeap ? "59" : seconds), "yyyy-MM-dd'T'HH:mm:ss",
            CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            return false;
        }

        var micros = match.Groups["fraction"].Value.PadRight(6, '0')[..6];
        var offset = match.Groups["sign"].Success
            ? new TimeSpan(Number("hours"), Number("minutes"), 0) * (match.Groups["sign"].Value == "-" ? -1 : 1)
            : TimeSpan.Zero;
        var second = local.Ticks - offset.Ticks + (isLeap ? TimeSpan.TicksPerSecond : 0);
        if (second < DateTime.MinValue.Ticks || second > DateTime.MaxValue.Ticks
            || (isLeap && new DateTime(second).TimeOfDay != TimeSpan.Zero))
        {
            return false;
        }

        time = new DateTimeOffset(second + (int.Parse(micros, CultureInfo.InvariantCulture) * TimeSpan.TicksPerMicrosecond), TimeSpan.Zero);
        return true;

        int Number(string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);
    }

    [GeneratedRegex(@"\A(?<minute>[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:)(?<seconds>[0-9]{2})(\.(?<fraction>[0-9]+))?"
        + @"([Zz]|(?<sign>[+-])(?<hours>[01][0-9]|2[0-3]):(?<minutes>[0-5][0-9]))\z",
        RegexOptions.CultureInvariant | RegexOptions.ExplicitCapture)]
    private static partial Regex Grammar();
}
