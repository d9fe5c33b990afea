using System.Text.Json;

namespace Flownally.Domain;

/// <summary>Writes enum values in JSON, SQL, metrics and on the command line: the name in camel case.</summary>
public static class EnumText
{
    public static readonly JsonNamingPolicy Naming = JsonNamingPolicy.CamelCase;

    public static string Text<T>(this T value) where T : struct, Enum => Naming.ConvertName(value.ToString());

    /// <summary>Each value by its text.</summary>
    public static IReadOnlyDictionary<string, T> All<T>() where T : struct, Enum => Values<T>.ByText;

    private static class Values<T> where T : struct, Enum
    {
        public static readonly IReadOnlyDictionary<string, T> ByText = Enum.GetValues<T>().ToDictionary(Text);
    }
}
