using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Flownally.Application.Feed;

/// <summary>The maximum wait for new events, in whole seconds from 0 to <see cref="Max"/>.</summary>
public readonly record struct FeedWait : IParsable<FeedWait>
{
    public const int Max = 30;

    private FeedWait(int seconds) => Time = TimeSpan.FromSeconds(seconds);

    public TimeSpan Time { get; }

    public static FeedWait Parse(string s, IFormatProvider? provider = null) =>
        TryParse(s, provider, out var wait) ? wait : throw new FormatException($"wait must be a whole number of seconds from 0 to {Max}.");

    public static bool TryParse([NotNullWhen(true)] string? s, IFormatProvider? provider, out FeedWait result)
    {
        var parsed = int.TryParse(s, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds) && seconds <= Max;
        result = new FeedWait(parsed ? seconds : 0);
        return parsed;
    }
}
