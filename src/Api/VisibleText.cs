namespace Flownally.Api;

/// <summary>Texts of others on a terminal or in a line of the log, both of which obey control characters.</summary>
internal static class VisibleText
{
    /// <summary>The text with U+FFFD, the replacement character, for each control character.</summary>
    public static string Of(string text) => string.Concat(text.Select(letter => char.IsControl(letter) ? '\uFFFD' : letter));
}
