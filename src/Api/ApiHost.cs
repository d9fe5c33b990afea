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

/// <summary>Puts the service together.</summary>
internal static class ApiHost
{
    private const long MaxRequestBytes = 1024 * 1024;

    /// <summary>How long calls that are being answered may hold up a stop: one that waits for a database that does not answer waits in vain.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);

    /// <summary>What logs the exception of a start that fails, with its stack.</summary>
    private static readonly string[] TellersOfStart = ["Microsoft.Extensions.Hosting.Internal.Host", "Microsoft.AspNetCore.Server.Kestrel"];

    /// <param name="url">Where to listen; several addresses are separated by semicolons.</param>
    /// <param name="demoKey">Is offered on the documentation page; null for a service that is no demo.</param>
    /// <param name="allowPrivateTargets">True lets webhooks reach this machine, whatever is configured.</param>
    /// <param name="configure">Registers what stands in for a service of the same type; null for none.</param>
    public static WebApplication Build(string connectionString, string url, string? demoKey = null, bool allowPrivateTargets = false,
        Action<IServiceCollection>? configure = null)
    {
        var builder = Settings.NewBuilder();
        if (allowPrivateTargets)
        {
            builder.Configuration["Journeys:AllowPrivateTargets"] = bool.TrueString;
        }

        WebApplication? app = null;
        foreach (var category in TellersOfStart)
        {
            // A start that fails throws; who started it tells why, in a sentence.
            builder.Logging.AddFilter(category, level => level < LogLevel.Error
                ? level >= LogLevel.Warning
                : app?.Lifetime.ApplicationStarted.IsCancellationRequested == true);
        }

        builder.Logging.AddFilter("Microsoft.Extensions.Diagnostics.HealthChecks", LogLevel.None); // ProblemReport logs each failure
        builder.Logging.AddConsole(console =>
        {
            console.LogToStandardErrorThreshold = LogLevel.Trace;
            console.QueueFullMode = ConsoleLoggerQueueFullMode.DropWrite; // a slow terminal does not slow the service
        });
        builder.WebHost.UseUrls(url).ConfigureKestrel(server =>
        {
            server.AddServerHeader = false;
            server.Limits.MaxRequestBodySize = MaxRequestBytes;
        });
        builder.Services
            .AddFlownally(builder.Configuration, connectionString)
            .Configure<HostOptions>(host => host.ShutdownTimeout = LongestStop)
            .AddBackgroundWork()
            .AddHostedService<MemoryReturn>()
            .LimitConnections(services => ConnectionLimit.OfProcess(
                services.GetRequiredService<TimeProvider>(), services.GetRequiredService<ILogger<ConnectionLimit>>()))
            .SwitchOffHostFilterOfFramework()
            .AddApiKeys()
            .AddLimits()
            .AddTelemetry(builder.Configuration)
            .AddCompressedBodies()
            .AddProblems()
            .AddControllers();
        configure?.Invoke(builder.Services);

        app = builder.Build();
        app.UsePathAsSent();
        app.UseRouting(); // else it would come first, and go by the folded path
        app.UseSecurityHeaders();
        app.UseProblems();
        app.UseCompressedAnswers();
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

    /// <summary>What every command needs, the one that serves included.</summary>
    public static IServiceCollection AddFlownally(this IServiceCollection services, IConfiguration configuration, string connectionString) => services
        .AddLogging()
        .AddSettings(configuration)
        .AddSingleton(TimeProvider.System)
        .AddSingleton<RandomSource>()
        .AddSingleton<IWebhookBody, WebhookBody>()
        .AddApplication()
        .AddInfrastructure(connectionString, OwnerConnectionString(configuration, connectionString));

    /// <summary>Of the account that owns the tables, where that is another one: <c>ConnectionStrings__FlownallyOwner</c>.</summary>
    /// <exception cref="OptionsValidationException">It is malformed.</exception>
    public static string OwnerConnectionString(IConfiguration configuration, string connectionString) =>
        ConnectionSettings.Find(configuration, ConnectionSettings.Owner) ?? connectionString;

    /// <summary>Without AddAuthentication, which would keep keys of its own on the disk for schemes that are not used here.</summary>
    private static IServiceCollection AddApiKeys(this IServiceCollection services) => services
        .AddAuthenticationCore(authentication =>
        {
            authentication.AddScheme<ApiKeyAuthentication>(ApiKeyAuthentication.Scheme, displayName: null);
            authentication.DefaultScheme = ApiKeyAuthentication.Scheme;
        })
        .AddAuthorization()
        .AddSingleton<FailedAuthentications>()
        .AddTransient<ApiKeyAuthentication>();

    /// <summary>What the controllers need to answer calls.</summary>
    public static IMvcCoreBuilder AddControllers(this IServiceCollection services) => services
        .AddSingleton<IObjectModelValidator, NoModelValidation>()
        .AddSingleton<OutputFormatterSelector, JsonOutput>()
        .AddSingleton<BodyMemory>()
        .AddSingleton<ProblemReport>()
        .AddMvcCore(mvc =>
        {
            mvc.Filters.Clear(); // the one there is waits for formatters that cannot read a body; ours reads all
            mvc.Conventions.Add(new AnswersHead());
            mvc.ModelBinderProviders.Insert(0, new TextModelBinderProvider());
            mvc.ValueProviderFactories.RemoveType<FormValueProviderFactory>(); // bodies are JSON, whatever they are declared as
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
