using System.CommandLine.Parsing;
using System.Globalization;
using Flownally.Domain;

namespace Flownally.Api.CommandLine;

/// <summary>Parses the values of options. An invalid value produces an error that names the option.</summary>
internal static class OptionValues
{
    public static int ReadNumber(ArgumentResult argument, int min, int max)
    {
        var text = argument.Tokens.Single().Value;
        if (int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
            && number >= min && number <= max)
        {
            return number;
        }

        Refuse(argument, $"a number from {min} to {max}");
        return min;
    }

    /// <param name="example">An example id for the error.</param>
    public static T ReadId<T>(ArgumentResult argument, string example) where T : struct, IParsable<T>
    {
        if (!T.TryParse(argument.Tokens.Single().Value, CultureInfo.InvariantCulture, out var id))
        {
            Refuse(argument, $"an id such as {example}");
        }

        return id;
    }

    /// <summary>Parses a name of an enumeration, ignoring case.</summary>
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

    /// <summary>Parses a path of a folder that need not exist.</summary>
    public static DirectoryInfo ReadFolder(ArgumentResult argument)
    {
        var path = ReadPath(argument);
        if (File.Exists(path))
        {
            Refuse(argument, "a folder");
        }

        return new DirectoryInfo(path);
    }

    /// <param name="expected">The expected value.</param>
    public static void Refuse(ArgumentResult argument, string expected) =>
        argument.AddError($"{Name(argument)} takes {expected}, not '{argument.Tokens.Single().Value}'.");

    /// <summary>A script with an unset variable passes an empty path.</summary>
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
