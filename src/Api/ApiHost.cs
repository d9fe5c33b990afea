using Flownally.Api.Configuration;
using Flownally.Api.Health;
using Flownally.Api.Http.Authentication;
using Flownally.Api.Http.Binding;
using Flownally.Api.Http.Edge;
using Flownally.Api.Http.Json;
using Flownally.Api.Http.Limits;
using Flownally.Api.Http.OpenApi;
using Flownally.Api.Http.Problems;
using Flownally.Api.Journeys;
using Flownally.Api.Telemetry;
using Flownally.Application;
using Flownally.Application.Journeys.Delivery;
using Flownally.Domain;
using Flownally.Infrastructure;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace Flownally.Api;

/// <summary>Composes the service.</summary>
internal static class ApiHost
{
    private const long MaxRequestBytes = 1024 * 1024;

    /// <summary>How long running calls may delay a stop, because a call that waits for an unresponsive database would never end.</summary>
    private static readonly TimeSpan ShutdownTimeout = TimeSpan.FromSeconds(10);

    /// <summary>The loggers that log the exception of a failed start with its stack trace.</summary>
    private static readonly string[] StartupLoggers = ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <param name="url">The addresses to listen at, separated by semicolons.</param>
    /// <param name="demoKey">The key that the documentation page offers; null for a service without a demo.</param>
    /// <param name="allowPrivateTargets">True lets webhooks reach this machine, regardless of the configuration.</param>
    /// <param name="configure">Registers replacements of services; null for none.</param>
    public static WebApplication Build(string connectionString, string url, string? demoKey = null, bool allowPrivateTargets = false,
        Action<IServiceCollection>? configure = null)
    {
        var builder = Settings.NewBuilder();
        if (allowPrivateTargets)
        {
            builder.Configuration["Journeys:AllowPrivateTargets"] = bool.TrueString;
        }

        WebApplication? app = null;
        foreach (var category in StartupLoggers)
        {
            // A failed start throws; the command reports the reason in one sentence.
            builder.Logging.AddFilter(category, level => level < LogLevel.Error
                ? level >= LogLevel.Warning
                : app?.Lifetime.ApplicationStarted.IsCancellationRequested == true);
        }

        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // ProblemReport logs each failure
        builder.Logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite; // a slow terminal must not slow the service down
        });
        builder.WebHost.UseUrls(url).ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = MaxRequestBytes;
        });
        builder.Services
            .AddFlownally(builder.Configuration, connectionString)
            .Configure<HostOptions>(host => host.ShutdownTimeout = ShutdownTimeout)
            .AddBackgroundWork()
            .AddHostedService<MemoryReturn>()
            .LimitConnections(services => ConnectionLimit.OfProcess(
                services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ConnectionLimit>>()))
            .DisableFrameworkHostFilter()
            .AddApiKeys()
            .AddLimits()
            .AddTelemetry(builder.Configuration)
            .AddCompressedBodies()
            .AddProblems()
            .AddControllers();
        configure?.Invoke(builder.Services);

        app = builder.Build();
        app.UsePathAsSent();
        app.UseRouting(); // else routing would run first and use the path without dot segments
        app.UseSecurityHeaders();
        app.UseProblems();
        app.UseCompressedResponses();
        app.UseHostFilter(app.Configuration[HostFilter.Setting] ?? (demoKey is null ? null : string.Join(';', HostFilter.Loopback)));
        app.UseAuthentication();
        app.UseLimits();
        app.UseAuthorization();
        app.UseRequestDecompression();
        app.MapContractDocument(demoKey);
        app.MapHealth();
        app.MapControllers();
        return app;
    }

    /// <summary>Adds the services that every command needs, including serve.</summary>
    public static IServiceCollection AddFlownally(
        this IServiceCollection services, IConfiguration configuration, string connectionString) => services
        .AddLogging()
        .AddSettings(configuration)
        .AddSingleton(TimeProvider.System)
        .AddSingleton<RandomSource>()
        .AddSingleton<IWebhookBody, WebhookBody>()
        .AddApplication()
        .AddInfrastructure(connectionString, OwnerConnectionString(configuration, connectionString));

    /// <summary>The connection string of the account that owns the tables: <c>ConnectionStrings__FlownallyOwner</c> if set.</summary>
    /// <exception cref="OptionsValidationException">The setting is malformed.</exception>
    public static string OwnerConnectionString(IConfiguration configuration, string connectionString) =>
        ConnectionSettings.Find(configuration, ConnectionSettings.Owner) ?? connectionString;

    /// <summary>Does not use AddAuthentication, which would store data protection keys on the disk for unused schemes.</summary>
    private static IServiceCollection AddApiKeys(this IServiceCollection services) => services
        .AddAuthenticationCore(authentication =>
        {
            authentication.AddScheme<ApiKeyAuthentication>(ApiKeyAuthentication.Scheme, displayName: null);
            authentication.DefaultScheme = ApiKeyAuthentication.Scheme;
        })
        .AddAuthorization()
        .AddSingleton<FailedAuthentications>()
        .AddTransient<ApiKeyAuthentication>();

    /// <summary>Adds the controllers and their services.</summary>
    public static IMvcCoreBuilder AddControllers(this IServiceCollection services) => services
        .AddSingleton<IObjectModelValidator, NoModelValidation>()
        .AddSingleton<OutputFormatterSelector, JsonOutput>()
        .AddSingleton<BodyMemory>()
        .AddSingleton<ProblemReport>()
        .AddMvcCore(mvc =>
        {
            mvc.Filters.Clear(); // the default filter checks for formatters that cannot read a body; ours reads all
            mvc.Conventions.Add(new HeadForGetConvention());
            mvc.ModelBinderProviders.Insert(0, new TextModelBinderProvider());
            mvc.ValueProviderFactories.RemoveType<FormValueProviderFactory>(); // bodies are always JSON
            mvc.ValueProviderFactories.RemoveType<FormFileValueProviderFactory>();
            mvc.ValueProviderFactories.RemoveType<JQueryFormValueProviderFactory>();
            mvc.InputFormatters.Clear();
            mvc.InputFormatters.Add(new StrictJsonInputFormatter(ApiJson.Options));
            var json = mvc.OutputFormatters.OfType<SystemTextJsonOutputFormatter>().Single();
            JsonOutput.Configure(json);
            mvc.OutputFormatters.Clear();
            mvc.OutputFormatters.Add(json);
        })
        .AddApplicationPart(typeof(ApiHost).Assembly)
        .AddJsonOptions(json => ApiJson.Configure(json.JsonSerializerOptions))
        .ConfigureApiBehaviorOptions(api =>
        {
            api.SuppressMapClientErrors = true;
            api.InvalidModelStateResponseFactory = context => new ProblemResult(RefusedInput.In(context.ModelState));
        });
}
