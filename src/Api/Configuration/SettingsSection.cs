using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Configuration;

/// <summary>
/// Reads a section of the configuration into an options class, whose attributes declare the allowed values. An unknown setting or an
/// invalid value is reported with the allowed values, and nothing starts.
/// </summary>
internal static class SettingsSection
{
    private const char Separator = ',';

    /// <param name="others">Settings and sections below this one with another reader.</param>
    public static IServiceCollection AddSettings<T>(this IServiceCollection services, IConfigurationSection section, params string[] others)
        where T : class => services
        .AddOptions<T>()
        .Configure(options => Read(section, options, others))
        .ValidateOnStart().Services;

    /// <summary>A setting's name as an environment variable, such as <c>Contacts__UnknownContact</c>.</summary>
    public static string NameOf(IConfigurationSection setting) =>
        setting.Path.Replace(ConfigurationPath.KeyDelimiter, "__", StringComparison.Ordinal);

    /// <summary>Describes an unknown setting, without its value.</summary>
    /// <param name="names">The settings of its section; one or more.</param>
    public static string Unknown(IConfigurationSection setting, IReadOnlyList<string> names) =>
        $"{NameOf(setting)} is not a setting; {(names is [var only] ? $"there is only {only}" : $"known are {string.Join(", ", names)}")}.";

    /// <exception cref="OptionsValidationException">Contains one message for each wrong setting.</exception>
    private static void Read<T>(IConfigurationSection section, T options, IReadOnlyList<string> others) where T : class
    {
        var known = typeof(T).GetProperties().ToDictionary(property => property.Name, StringComparer.OrdinalIgnoreCase);
        List<string> faults = [];
        foreach (var setting in section.GetChildren().Where(setting => !others.Contains(setting.Key, StringComparer.OrdinalIgnoreCase)))
        {
            if (!known.TryGetValue(setting.Key, out var property))
            {
                faults.Add(Unknown(setting, [.. known.Keys.Concat(others).Select(name => $"{NameOf(section)}__{name}")]));
            }
            else if (Text(setting) is { } text)
            {
                if (TryRead(text, property, out var value))
                {
                    property.SetValue(options, value);
                }
                else
                {
                    faults.Add($"{NameOf(setting)} is '{text}'; it must be {Allowed(property)}.");
                }
            }
        }

        if (faults.Count > 0)
        {
            throw new OptionsValidationException(NameOf(section), typeof(T), faults);
        }
    }

    /// <summary>A list is one setting, separated by commas, or one setting for each value.</summary>
    private static string? Text(IConfigurationSection setting) => setting.Value
        ?? (setting.GetChildren().Any() ? string.Join(Separator, setting.GetChildren().Select(item => item.Value)) : null);

    private static bool TryRead(string text, PropertyInfo property, out object? value)
    {
        value = Convert(text, property.PropertyType);
        var read = value;
        return value is not null && property.GetCustomAttributes<ValidationAttribute>().All(rule => rule.IsValid(read));
    }

    /// <returns>Null if the text is not a value of the type.</returns>
    private static object? Convert(string text, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (type == typeof(IReadOnlyList<string>))
        {
            return text.Split(Separator, StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        }

        if (type.IsEnum)
        {
            return Enum.GetNames(type).Contains(text, StringComparer.OrdinalIgnoreCase) ? Enum.Parse(type, text, ignoreCase: true) : null;
        }

        try
        {
            return TypeDescriptor.GetConverter(type).ConvertFromString(null, CultureInfo.InvariantCulture, text);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException or OverflowException)
        {
            return null;
        }
    }

    private static string Allowed(PropertyInfo property) =>
        property.GetCustomAttribute<ValidationAttribute>()?.ErrorMessage
        ?? (property.PropertyType == typeof(bool) ? "true or false" : string.Join(" or ", Enum.GetNames(property.PropertyType)));
}
