using Flownally.Application.ApiKeys;
using Flownally.Application.Contacts;
using Flownally.Application.Events;
using Flownally.Application.EventTypes;
using Flownally.Application.Feed;
using Flownally.Application.Journeys;
using Flownally.Application.Journeys.Delivery;
using Flownally.Application.Journeys.Dispatch;
using Flownally.Application.Retention;
using Flownally.Application.Tenants;
using Flownally.Infrastructure.ApiKeys;
using Flownally.Infrastructure.Contacts;
using Flownally.Infrastructure.Events;
using Flownally.Infrastructure.EventTypes;
using Flownally.Infrastructure.Feed;
using Flownally.Infrastructure.Journeys;
using Flownally.Infrastructure.Journeys.Delivery;
using Flownally.Infrastructure.Journeys.Dispatch;
using Flownally.Infrastructure.Postgres;
using Flownally.Infrastructure.Recording;
using Flownally.Infrastructure.Retention;
using Flownally.Infrastructure.Tenants;
using Flownally.Infrastructure.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Flownally.Infrastructure;

/// <summary>Registers what this layer offers.</summary>
public static class InfrastructureServices
{
    /// <summary>
    /// The sessions that recording has for itself: it waits for nobody who reads, and the one or two that it needs stay warm, where
    /// in a common pool, which hands out the session that rested longest, each statement would meet another's cold caches.
    /// </summary>
    private const string Recording = "recording";

    /// <param name="connectionString">Of an account that may work as <see cref="Migrator.ApiRole"/>.</param>
    /// <param name="ownerConnectionString">Of the account that owns the tables, or the same, which then may not be able to drop any.</param>
    public static IServiceCollection AddInfrastructure(this IServiceCollection services, string connectionString, string ownerConnectionString)
    {
        TypeHandlers.Register();
        return services
            .AddSingleton(services => NewSessions(services, connectionString, "shared", isShared: true))
            .AddSingleton<NotificationCheck>()
            .AddSingleton<DatabaseReadiness>()
            .AddSingleton<Database>()
            .AddSingleton<ApiKeyCache>()
            .AddSingleton<IListener>(services => services.GetRequiredService<ApiKeyCache>())
            .AddSingleton<IApiKeyRepository, ApiKeyRepository>()
            .AddSingleton<IContactRepository, ContactRepository>()
            .AddKeyedSingleton(Recording, (services, _) => NewSessions(services, connectionString, Recording, isShared: false))
            .AddSingleton<IEventWriter>(services => ActivatorUtilities.CreateInstance<EventWriter>(services,
                new Database(services.GetRequiredKeyedService<PrimarySessions>(Recording), services.GetRequiredService<DatabaseReadiness>())))
            .AddSingleton<GroupCommitLog>()
            .AddSingleton<IEventLog>(services => services.GetRequiredService<GroupCommitLog>())
            .AddSingleton<IEventQueries, EventQueries>()
            .AddMetrics()
            .AddSingleton<Notifications>()
            .AddSingleton<FeedWatcher>()
            .AddSingleton<IFeedWatcher>(services => services.GetRequiredService<FeedWatcher>())
            .AddSingleton<FeedNotices>()
            .AddSingleton<IListener>(services => services.GetRequiredService<FeedNotices>())
            .AddSingleton<IEventFeed, EventFeed>()
            .AddSingleton<IFeedCursorKey, FeedCursorKey>()
            .AddSingleton<IRetention>(services => ActivatorUtilities.CreateInstance<MonthlyRetention>(services, ownerConnectionString))
            .AddSingleton<IEventTypeCatalog, EventTypeCatalog>()
            .AddSingleton<IEventTypeQueries, EventTypeQueries>()
            .AddSingleton<IEventTypeRepository, EventTypeRepository>()
            .AddSingleton<IStoredPayloads, StoredPayloads>()
            .AddSingleton<IJourneyQueries, JourneyQueries>()
            .AddSingleton<IJourneyRepository, JourneyRepository>()
            .AddSingleton<ITargetGate, TargetGate>()
            .AddSingleton<ITenantRepository, TenantRepository>()
            .AddSingleton<IDeliveries, Deliveries>()
            .AddSingleton<AttemptRetention>()
            .AddSingleton<IDispatchStore, DispatchStore>()
            .AddSingleton<IJourneyFeed, JourneyFeed>()
            .AddSingleton<JourneyIntervals>()
            .AddSingleton<JourneyLeadership>()
            .AddSingleton<IWebhookSender, WebhookSender>()
            .AddHealthChecks().AddCheck<RecordingHealthCheck>("recording").AddCheck<DatabaseHealthCheck>("database").Services;
    }

    /// <summary>What a process that serves does besides answering calls.</summary>
    public static IServiceCollection AddBackgroundWork(this IServiceCollection services) => services
        .AddHostedService(services => services.GetRequiredService<Notifications>())
        .AddHostedService(services => services.GetRequiredService<FeedWatcher>())
        .AddHostedService(services => services.GetRequiredService<FeedNotices>())
        .AddHostedService(services => services.GetRequiredService<GroupCommitLog>())
        .AddHostedService<JourneyWorker>()
        .AddHostedService<PartitionMaintenance>();

    /// <param name="name">Of the pool, in metrics.</param>
    /// <param name="isShared">Whether tenants share them.</param>
    private static PrimarySessions NewSessions(IServiceProvider services, string connectionString, string name, bool isShared)
    {
        var options = services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        var clock = services.GetRequiredService<TimeProvider>();
        var log = services.GetService<ILoggerFactory>();
        return new PrimarySessions(
            connectionString, servers => new SessionPool(ApiDataSource.Create(servers, options, clock, name, log), isShared));
    }
}
