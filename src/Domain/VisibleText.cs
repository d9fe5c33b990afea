using System.Globalization;

namespace Flownally.Domain;

/// <summary>
/// Makes texts of callers safe for a terminal or a log: some characters begin a line, reorder it, or control the terminal.
/// </summary>
public static class VisibleText
{
    private const char Replacement = '\uFFFD';

    /// <summary>The text with U+FFFD for each character that is not visible.</summary>
    public static string Of(string text) => string.Concat(text.Select(letter => IsVisible(letter) ? letter : Replacement));

    /// <summary>
    /// False for control characters, line separators and format characters, such as U+202E. Emojis and some scripts need U+200C and U+200D.
    /// </summary>
    public static bool IsVisible(char letter) => letter is '\u200C' or '\u200D' || char.GetUnicodeCategory(letter)
        is not (UnicodeCategory.Control or UnicodeCategory.Format or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator);
}
