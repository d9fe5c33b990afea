using System.Globalization;

namespace Flownally.Domain.Schemas.Patterns;

/// <summary>The general categories of Unicode by name, as sets of bits: bit n is the <see cref="UnicodeCategory"/> n.</summary>
internal static class UnicodeCategories
{
    private const uint CasedLetter = 0b111;

    private static readonly Dictionary<string, string> LongNames = """
        Letter L Cased_Letter LC Uppercase_Letter Lu Lowercase_Letter Ll Titlecase_Letter Lt Modifier_Letter Lm Other_Letter Lo
        Mark M Combining_Mark M Nonspacing_Mark Mn Spacing_Mark Mc Enclosing_Mark Me
        Number N Decimal_Number Nd digit Nd Letter_Number Nl Other_Number No
        Punctuation P punct P Connector_Punctuation Pc Dash_Punctuation Pd Open_Punctuation Ps Close_Punctuation Pe
        Initial_Punctuation Pi Final_Punctuation Pf Other_Punctuation Po
        Symbol S Math_Symbol Sm Currency_Symbol Sc Modifier_Symbol Sk Other_Symbol So
        Separator Z Space_Separator Zs Line_Separator Zl Paragraph_Separator Zp
        Other C Control Cc cntrl Cc Format Cf Surrogate Cs Private_Use Co Unassigned Cn
        """.Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries).Chunk(2).ToDictionary(pair => pair[0], pair => pair[1]);

    /// <summary>In the order of <see cref="UnicodeCategory"/>.</summary>
    private static readonly string[] ShortNames =
    [
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Nl", "No", "Zs", "Zl", "Zp", "Cc", "Cf", "Cs", "Co", "Pc", "Pd", "Ps", "Pe",
        "Pi", "Pf", "Po", "Sm", "Sc", "Sk", "So", "Cn",
    ];

    /// <param name="name">A short name, a long name, or the first letter of short names.</param>
    /// <returns>0 if the name is unknown.</returns>
    public static uint Find(string name)
    {
        var shortName = LongNames.GetValueOrDefault(name, name);
        var categories = shortName == "LC" ? CasedLetter : 0u;
        for (var category = 0; category < ShortNames.Length; category++)
        {
            categories |= shortName.Length > 0 && ShortNames[category].StartsWith(shortName, StringComparison.Ordinal) ? 1u << category : 0;
        }

        return categories;
    }

    public static uint Negate(uint categories) => ~categories & ((1u << ShortNames.Length) - 1);
}
