using Flownally.Api.Http.Edge;
using Flownally.Api.Telemetry;
using Flownally.Domain;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Configuration;

/// <summary>Checks the settings without an options class. Their readers would ignore a wrong one, or refuse every call.</summary>
internal static class OtherSettings
{
    /// <summary>Names that are sections and have no value.</summary>
    private static readonly string[] Sections =
    [
        "ConnectionStrings", .. Settings.Sections, "Logging", "Logging:LogLevel", "Logging:Console", "Logging:Console:LogLevel",
    ];

    /// <summary>The top-level names that a file may have.</summary>
    private static readonly string[] TopNames =
    [
        .. Sections.Where(IsWord), HostFilter.Setting, "Kestrel", .. TelemetryServices.Collectors,
    ];

    /// <summary>Sections of the framework, and the settings that they can have.</summary>
    private static readonly Dictionary<string, string[]> SettingsOfFramework = new()
    {
        ["Kestrel"] = ["Certificates", "EndpointDefaults", "Endpoints"],
        ["Logging"] = ["Console", "LogLevel"],
        ["Logging:Console"] =
            ["FormatterName", "FormatterOptions", "LogLevel", "LogToStandardErrorThreshold", "MaxQueueLength", "QueueFullMode"],
    };

    /// <summary>Settings whose wrong values the framework or OpenTelemetry would ignore.</summary>
    private static readonly (string Name, string[] Values)[] Choices =
    [
        ("Logging:Console:FormatterName", ["simple", "json", "systemd"]),
        ("Logging:Console:FormatterOptions:IncludeScopes", ["true", "false"]),
        ("Logging:Console:FormatterOptions:SingleLine", ["true", "false"]),
        ("Logging:Console:FormatterOptions:UseUtcTimestamp", ["true", "false"]),
        ("OTEL_EXPORTER_OTLP_PROTOCOL", ["grpc", "http/protobuf"]),
    ];

    /// <summary>The first part of a name whose section is missing, such as <c>Flownally__Contacts__UnknownContact</c>.</summary>
    private const string Program = "Flownally";

    /// <summary>The sections with log levels: for all providers, and for the console.</summary>
    private static readonly string[] LogLevels = ["Logging:LogLevel", "Logging:Console:LogLevel"];

    /// <exception cref="OptionsValidationException">Contains one message for each wrong setting.</exception>
    public static void Check(IConfigurationRoot configuration)
    {
        string[] faults =
        [
            .. configuration.Providers.SelectMany(FaultsOfNames),
            .. FaultsOfUnderscores(configuration),
            .. FaultsOfSectionsOfFramework(configuration),
            .. FaultsOfChoices(configuration),
            .. FaultsOfSections(configuration),
            .. ConnectionSettings.FindUnknown(configuration),
            .. FaultsOfLogLevels(configuration),
            .. FaultsOfHosts(configuration.GetSection(HostFilter.Setting)),
            .. FaultsOfCollectors(configuration),
            .. FaultsOfEndpoints(configuration.GetSection("Kestrel:Endpoints")),
        ];
        if (faults.Length > 0)
        {
            throw new OptionsValidationException("", typeof(IConfiguration), faults);
        }
    }

    /// <summary>
    /// A file belongs to this program alone, the environment does not. There a name counts as misspelt if it is similar to a known one and,
    /// if that is a section, has a part below it.
    /// </summary>
    private static IEnumerable<string> FaultsOfNames(IConfigurationProvider provider) =>
        from name in provider.GetChildKeys([], null).Distinct(StringComparer.OrdinalIgnoreCase)
        where !TopNames.Contains(name, StringComparer.OrdinalIgnoreCase)
        let nearest = Spelling.Nearest(name, TopNames, ignoreCase: true)
        where provider switch
        {
            JsonConfigurationProvider or JsonStreamConfigurationProvider => !IsForeign(name),
            EnvironmentVariablesConfigurationProvider when nearest == HostFilter.Setting => name.Any(char.IsLower), // ALLOWED_HOSTS is Django's
            EnvironmentVariablesConfigurationProvider => (nearest is not null && !Sections.Contains(nearest))
                || ((nearest is not null || name.Equals(Program, StringComparison.OrdinalIgnoreCase))
                    && provider.GetChildKeys([], name).Any()),
            _ => false,
        }
        select nearest is null
            ? $"{name} is not a setting; known are {string.Join(", ", TopNames)}."
            : $"{name} is not a setting; {nearest} is.";

    /// <summary>Names of OpenTelemetry, and the address of the file's schema for editors.</summary>
    private static bool IsForeign(string name) => name == "$schema"
        || (name.StartsWith("OTEL_", StringComparison.OrdinalIgnoreCase)
            && Spelling.Nearest(name, TelemetryServices.Collectors, ignoreCase: true) is null);

    /// <summary>
    /// Such as <c>Contacts_UnknownContact</c>. Variables of other programs rarely begin with a section of ours in the same case.
    /// </summary>
    private static IEnumerable<string> FaultsOfUnderscores(IConfigurationRoot configuration) =>
        from provider in configuration.Providers.OfType<EnvironmentVariablesConfigurationProvider>()
        from name in provider.GetChildKeys([], null).Distinct(StringComparer.Ordinal)
        let parts = name.Split('_', 2)
        where parts.Length == 2 && TopNames.Contains(parts[0], StringComparer.Ordinal)
        select $"{name} is not a setting; two underscores stand between the parts of a name: {parts[0]}__{parts[1]}.";

    private static IEnumerable<string> FaultsOfSectionsOfFramework(IConfiguration configuration) =>
        from section in SettingsOfFramework
        from setting in configuration.GetSection(section.Key).GetChildren()
        where !section.Value.Contains(setting.Key, StringComparer.OrdinalIgnoreCase)
        select SettingsSection.Unknown(setting, section.Value);

    private static IEnumerable<string> FaultsOfChoices(IConfiguration configuration) =>
        from choice in Choices
        let setting = configuration.GetSection(choice.Name)
        where setting.Value is { Length: > 0 } && !choice.Values.Contains(setting.Value, StringComparer.OrdinalIgnoreCase)
        select $"{SettingsSection.NameOf(setting)} is '{setting.Value}'; it must be {string.Join(" or ", choice.Values)}.";

    /// <summary>
    /// An environment variable of one word, such as DATABASE, may belong to another program unless its spelling is exact. The value may
    /// contain a password.
    /// </summary>
    private static IEnumerable<string> FaultsOfSections(IConfigurationRoot configuration) =>
        from name in Sections
        where configuration.Providers.Any(provider => provider.TryGet(name, out var value) && value is not null
            && (!IsWord(name) || provider is not EnvironmentVariablesConfigurationProvider
                || provider.GetChildKeys([], null).Contains(name, StringComparer.Ordinal)))
        select $"{SettingsSection.NameOf(configuration.GetSection(name))} must be a section of settings, not a value.";

    private static bool IsWord(string name) => !name.Contains(ConfigurationPath.KeyDelimiter, StringComparison.Ordinal);

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
            : string.IsNullOrEmpty(setting.Value)
                || (HostFilter.Split(setting.Value) is { Length: > 0 } hosts && hosts.All(HostFilter.IsHost)) ? []
            : [$"{setting.Key} is '{setting.Value}'; it must be {Rule}."];
    }

    /// <summary>These take precedence over <c>--url</c>, which has the same check.</summary>
    private static IEnumerable<string> FaultsOfEndpoints(IConfiguration endpoints) =>
        from endpoint in endpoints.GetChildren()
        let url = endpoint.GetSection("Url")
        where url.Value is not null && !ListenAddress.IsValid(url.Value, Uri.UriSchemeHttp, Uri.UriSchemeHttps)
        select $"{SettingsSection.NameOf(url)} is '{url.Value}'; it must be {ListenAddress.HostRule}, such as http://0.0.0.0:8080.";

    private static IEnumerable<string> FaultsOfCollectors(IConfiguration configuration) =>
        from name in TelemetryServices.Collectors
        let value = configuration[name]
        where !string.IsNullOrEmpty(value)
            && !(Uri.TryCreate(value, UriKind.Absolute, out var url)
                && (url.Scheme == Uri.UriSchemeHttp || url.Scheme == Uri.UriSchemeHttps))
        select $"{name} is '{value}'; it must be an address of http or https, such as http://collector:4317.";
}
