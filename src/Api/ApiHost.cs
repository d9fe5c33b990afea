using Flownally.Api.Authentication;
using Flownally.Api.Edge;
using Flownally.Api.Journeys;
using Flownally.Api.Json;
using Flownally.Api.Limits;
using Flownally.Api.OpenApi;
using Flownally.Api.Problems;
using Flownally.Api.Requests;
using Flownally.Application;
using Flownally.Application.Contacts;
using Flownally.Application.Journeys;
using Flownally.Application.Limits;
using Flownally.Infrastructure;
using Flownally.Infrastructure.Database;
using Flownally.Infrastructure.Events;
using Microsoft.AspNetCore.Mvc.Formatters;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.ModelBinding.Validation;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Options;

namespace Flownally.Api;

/// <summary>Puts the service together.</summary>
internal static class ApiHost
{
    private const long MaxRequestBytes = 1024 * 1024;

    /// <summary>How long calls that are being answered may hold up a stop: one that waits for a database that does not answer waits in vain.</summary>
    private static readonly TimeSpan LongestStop = TimeSpan.FromSeconds(10);

    /// <summary>What holds where no setting says otherwise.</summary>
    private static readonly MemoryConfigurationSource Defaults = new()
    {
        InitialData = new Dictionary<string, string?>
        {
            ["Logging:LogLevel:Default"] = "Information",
            ["Logging:LogLevel:Microsoft"] = "Warning",

            // An activity and two scopes for each call, which nobody sees: a problem makes the trace that it tells.
            ["Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics"] = "None",
            ["Logging:LogLevel:Microsoft.AspNetCore.Mvc.Infrastructure.ControllerActionInvoker"] = "None",
        },
    };

    /// <param name="demoKey">Is offered on the documentation page; null for a service that is no demo.</param>
    /// <param name="allowPrivateTargets">True lets webhooks reach this machine, whatever is configured.</param>
    public static WebApplication Build(string connectionString, string url, string? demoKey = null, bool allowPrivateTargets = false)
    {
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.Sources.Insert(0, Defaults);
        if (allowPrivateTargets)
        {
            builder.Configuration["Journeys:AllowPrivateTargets"] = bool.TrueString;
        }

        builder.Logging.AddConsole(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
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
            .LimitConnections(services => ConnectionLimit.OfProcess(TimeProvider.System, services.GetRequiredService<ILogger<ConnectionLimit>>()))
            .SwitchOffHostFilterOfFramework()
            .AddApiKeys()
            .AddLimits()
            .AddCompressedBodies()
            .AddControllers();

        var app = builder.Build();
        app.UseSecurityHeaders();
        app.UseProblems();
        app.UseCompressedAnswers();
        app.UseHostFilter(app.Configuration[HostFilter.Setting] ?? (demoKey is null ? null : string.Join(';', HostFilter.Loopback)));
        app.UseAuthentication();
        app.UseLimits();
        app.UseAuthorization();
        app.UseRequestDecompression();
        app.MapContractDocument(demoKey);
        app.MapControllers();
        return app;
    }

    /// <summary>What every command needs, the one that serves included.</summary>
    public static IServiceCollection AddFlownally(this IServiceCollection services, IConfiguration configuration, string connectionString) => services
        .AddLogging()
        .Configure<ContactOptions>(configuration.GetSection("Contacts"))
        .Configure<RecordingOptions>(configuration.GetSection("Recording"))
        .Configure<DatabaseOptions>(configuration.GetSection("Database"))
        .Configure<JourneyShareOptions>(configuration.GetSection("Journeys:Share"))
        .AddSingleton(TimeProvider.System)
        .AddSingleton<IWebhookBody, WebhookBody>()
        .AddApplication()
        .AddOptions<LimitOptions>()
            .Configure(limits => LimitSettings.Read(configuration.GetSection("Limits"), limits))
            .ValidateOnStart().Services
        .AddOptions<RetentionOptions>()
            .Bind(configuration.GetSection("Retention"))
            .Validate(retention => retention.Months is null or >= 1, "Retention__Months is a whole number of months, at least 1.")
            .ValidateOnStart().Services
        .AddJourneyOptions(configuration.GetSection("Journeys"))
        .AddInfrastructure(connectionString, OwnerConnectionString(configuration, connectionString));

    /// <summary>Of the account that owns the tables, where that is another one: <c>ConnectionStrings__FlownallyOwner</c>.</summary>
    /// <exception cref="OptionsValidationException">It is malformed.</exception>
    public static string OwnerConnectionString(IConfiguration configuration, string connectionString) =>
        ConnectionSettings.Find(configuration, "FlownallyOwner") ?? connectionString;

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

    /// <summary>
    /// Bodies may be compressed. The limits hold for what is decompressed, which is counted as it is read. A decoder keeps no more than it has
    /// decompressed, so <see cref="BodyMemory"/> bounds it, too.
    /// </summary>
    private static IServiceCollection AddCompressedBodies(this IServiceCollection services) => services
        .AddRequestDecompression(bodies => bodies.DecompressionProviders.Remove("deflate")); // senders disagree on what its name means (RFC 9110 §8.4.1.2)

    /// <summary>What the controllers need to answer calls.</summary>
    public static IMvcCoreBuilder AddControllers(this IServiceCollection services) => services
        .AddSingleton<IObjectModelValidator, NoModelValidation>()
        .AddSingleton<OutputFormatterSelector, JsonOutput>()
        .AddSingleton<BodyMemory>()
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
