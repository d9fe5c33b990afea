using Flownally.Api.Http.Edge;
using Flownally.Api.Telemetry;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Configuration;

/// <summary>Checks the settings that no options class has. Those who read them would ignore a wrong one, or refuse every call.</summary>
internal static class OtherSettings
{
    /// <summary>Settings stand below these, never in them.</summary>
    private static readonly string[] Sections =
    [
        "ConnectionStrings", .. Settings.Sections, "Logging", "Logging:LogLevel", "Logging:Console", "Logging:Console:LogLevel",
    ];

    /// <summary>Where log levels stand: for all providers, and for the only one there is.</summary>
    private static readonly string[] LogLevels = ["Logging:LogLevel", "Logging:Console:LogLevel"];

    /// <exception cref="OptionsValidationException">It has one message for each wrong setting.</exception>
    public static void Check(IConfigurationRoot configuration)
    {
        string[] faults =
        [
            .. FaultsOfSections(configuration),
            .. ConnectionSettings.FindUnknown(configuration),
            .. FaultsOfLogLevels(configuration),
            .. FaultsOfHosts(configuration.GetSection(HostFilter.Setting)),
            .. FaultsOfCollectors(configuration),
        ];
        if (faults.Length > 0)
        {
            throw new OptionsValidationException("", typeof(IConfiguration), faults);
        }
    }

    /// <summary>An environment variable of one word, such as DATABASE, may be another program's. The value may hold a password.</summary>
    private static IEnumerable<string> FaultsOfSections(IConfigurationRoot configuration) =>
        from name in Sections
        let isWord = !name.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal)
        where configuration.Providers.Any(provider => !(isWord && provider is EnvironmentVariablesConfigurationProvider)
            && provider.TryGet(name, out var value) && value is not null)
        select $"{SettingsSection.NameOf(configuration.GetSection(name))} must be a section of settings, not a value.";

    private static IEnumerable<string> FaultsOfLogLevels(IConfiguration configuration)
    {
        var levels = Enum.GetNames<LogLevel>();
        return LogLevels.SelectMany(place => configuration.GetSection(place).GetChildren())
            .Where(setting => !levels.Contains(setting.Value, StringComparer.OrdinalIgnoreCase))
            .Select(setting => $"{SettingsSection.NameOf(setting)} is '{setting.Value}'; it must be {string.Join(" or ", levels)}.");
    }

    private static IEnumerable<string> FaultsOfHosts(IConfigurationSection setting)
    {
        const string Rule = "host names in ASCII, separated by semicolons, without scheme, port or path, "
            + "such as events.example.com;*.example.org";
        return setting.GetChildren().Any() ? [$"{setting.Key} must be one value: {Rule}."]
            : HostFilter.Split(setting.Value).All(HostFilter.IsHost) ? []
            : [$"{setting.Key} is '{setting.Value}'; it must be {Rule}."];
    }

    private static IEnumerable<string> FaultsOfCollectors(IConfiguration configuration) =>
        from name in TelemetryServices.Collectors
        let value = configuration[name]
        where !string.IsNullOrEmpty(value)
            && !(Uri.TryCreate(value, UriKind.Absolute, out var url)
                && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps))
        select $"{name} is '{value}'; it must be an address of http or https, such as http://collector:4317.";
}
