using Flownally.Api.Http.Limits;
using Flownally.Api.Telemetry;
using Flownally.Application.Contacts;
using Flownally.Application.Journeys.Dispatch;
using Flownally.Application.Limits;
using Flownally.Infrastructure.Journeys;
using Flownally.Infrastructure.Postgres;
using Flownally.Infrastructure.Recording;
using Flownally.Infrastructure.Retention;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;

namespace Flownally.Api.Configuration;

/// <summary>
/// The configuration of the service and of all commands: <c>appsettings.json</c> in the current folder, then the environment, which takes
/// precedence.
/// </summary>
internal static class Settings
{
    /// <summary>The default settings.</summary>
    private static readonly MemoryConfigurationSource Defaults = new()
    {
        InitialData = new Dictionary<string, string?>
        {
            ["Logging:LogLevel:Default"] = "Information",
            ["Logging:Console:FormatterName"] = "simple", // else the console ignores the options of its formatter
            ["Logging:Console:FormatterOptions:TimestampFormat"] = "yyyy-MM-ddTHH:mm:ss.fffZ ",
            ["Logging:Console:FormatterOptions:UseUtcTimestamp"] = "true",
            ["Logging:LogLevel:Microsoft"] = "Warning",
            ["Logging:LogLevel:Npgsql"] = "Warning", // Npgsql logs each statement as information

            // These would create an activity and two scopes for each call without a use: a problem creates its own trace id.
            ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",
            ["Logging:LogLevel:Microsoft.AspNetCore.Mvc.Infrastructure.ControllerActionInvoker"] = "None",
        },
    };

    /// <summary>The sections that are read into options classes.</summary>
    private static readonly Dictionary<string, Func<IServiceCollection, IConfigurationSection, IServiceCollection>> Options = new()
    {
        ["Contacts"] = (services, section) => services.AddSettings<ContactOptions>(section),
        ["Recording"] = (services, section) => services.AddSettings<RecordingOptions>(section),
        ["Database"] = (services, section) => services.AddSettings<DatabaseOptions>(section),
        ["Retention"] = (services, section) => services.AddSettings<RetentionOptions>(section),
        ["Journeys"] = (services, section) => services.AddSettings<JourneyOptions>(section, "Share"),
        ["Journeys:Share"] = (services, section) => services.AddSettings<JourneyShareOptions>(section),
        ["Metrics"] = (services, section) => services.AddSettings<MetricsOptions>(section),
        ["Traces"] = (services, section) => services.AddSettings<TracesOptions>(section),
        ["Limits"] = AddLimits,
    };

    /// <summary>The names of the sections.</summary>
    public static IEnumerable<string> Sections => Options.Keys;

    /// <summary>A host with only the configuration.</summary>
    /// <exception cref="OptionsValidationException">A file of the configuration cannot be read.</exception>
    public static WebApplicationBuilder NewBuilder()
    {
        try
        {
            var builder = WebApplication.CreateBuilder();
            builder.Configuration.Sources.Insert(0, Defaults);
            return builder;
        }
        catch (InvalidDataException exception) // the message contains the file, and the inner exception the place
        {
            throw new OptionsValidationException("appsettings.json", typeof(IConfiguration),
                [$"{exception.Message.TrimEnd('.')}: {exception.GetBaseException().Message.TrimEnd('.')}."]);
        }
    }

    /// <summary>Reads the configuration and checks every setting, before anything is started or changed.</summary>
    /// <exception cref="OptionsValidationException">A setting is wrong.</exception>
    /// <exception cref="AggregateException">Contains an <see cref="OptionsValidationException"/> for each section.</exception>
    public static IConfiguration Read()
    {
        var configuration = NewBuilder().Configuration;
        OtherSettings.Check(configuration);
        using var services = new ServiceCollection().AddSettings(configuration).BuildServiceProvider();
        services.GetRequiredService<IStartupValidator>().Validate();
        return configuration;
    }

    /// <summary>Adds every options class, with validation at the start.</summary>
    public static IServiceCollection AddSettings(this IServiceCollection services, IConfiguration configuration)
    {
        foreach (var (section, add) in Options)
        {
            add(services, configuration.GetSection(section));
        }

        return services;
    }

    private static IServiceCollection AddLimits(IServiceCollection services, IConfigurationSection section) => services
        .AddOptions<LimitOptions>()
        .Configure(limits => LimitSettings.Read(section, limits))
        .ValidateOnStart().Services;
}
