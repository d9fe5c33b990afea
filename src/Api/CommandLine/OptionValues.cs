using System.CommandLine.Parsing;
using System.Globalization;
using Flownally.Domain;

namespace Flownally.Api.CommandLine;

/// <summary>Reads the values of options. What is no value is told in a sentence that names the option.</summary>
internal static class OptionValues
{
    public static int ReadNumber(ArgumentResult argument, int least, int most)
    {
        var text = argument.Tokens.Single().Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= least && number <= most)
        {
            return number;
        }

        Refuse(argument, $"a number from {least} to {most}");
        return least;
    }

    /// <param name="example">What an id looks like.</param>
    public static T ReadId<T>(ArgumentResult argument, string example) where T : struct, IParsable<T>
    {
        if (!T.TryParse(argument.Tokens.Single().Value, CultureInfo.InvariantCulture, out var id))
        {
            Refuse(argument, $"an id such as {example}");
        }

        return id;
    }

    /// <summary>One of an enumeration's names, in whatever case.</summary>
    public static T ReadName<T>(ArgumentResult argument) where T : struct, Enum
    {
        string[] names = [.. EnumText.All<T>().Keys];
        var text = argument.Tokens.Single().Value;
        if (names.Contains(text, StringComparer.OrdinalIgnoreCase))
        {
            return Enum.Parse<T>(text, ignoreCase: true);
        }

        Refuse(argument, $"{string.Join(", ", names[..^1])} or {names[^1]}");
        return default;
    }

    public static FileInfo ReadFile(ArgumentResult argument) => new(ReadPath(argument));

    /// <summary>A folder that need not be there.</summary>
    public static DirectoryInfo ReadFolder(ArgumentResult argument)
    {
        var path = ReadPath(argument);
        if (File.Exists(path))
        {
            Refuse(argument, "a folder");
        }

        return new DirectoryInfo(path);
    }

    /// <param name="expected">What the option takes.</param>
    public static void Refuse(ArgumentResult argument, string expected) =>
        argument.AddError($"{Name(argument)} takes {expected}, not '{argument.Tokens.Single().Value}'.");

    /// <summary>An empty path is what a script passes whose variable is not set.</summary>
    private static string ReadPath(ArgumentResult argument)
    {
        var path = argument.Tokens.Single().Value;
        if (path.Length > 0)
        {
            return path;
        }

        Refuse(argument, "a path");
        return ".";
    }

    private static string Name(ArgumentResult argument) =>
        argument.Parent is OptionResult option ? option.Option.Name : argument.Argument.Name;
}
