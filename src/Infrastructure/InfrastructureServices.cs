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

public static class InfrastructureServices
{
    /// <summary>
    /// Names the sessions that only recording uses. Recording does not wait for readers, and its one or two sessions keep their caches
    /// warm. A shared pool hands out the session that has been idle longest, whose caches are cold.
    /// </summary>
    private const string Recording = "recording";

    /// <param name="connectionString">For an account that may take the role <see cref="Migrator.ApiRole"/>.</param>
    /// <param name="ownerConnectionString">For the account that owns the tables. Retention fails if this account does not own them.</param>
    public static IServiceCollection AddInfrastructure(this IServiceCollection services, string connectionString,
        string ownerConnectionString)
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
            .AddSingleton<IEventWriter>(services => ActivatorUtilities.CreateInstance<EventWriter>(services, new Database(
                services.GetRequiredKeyedService<PrimarySessions>(Recording), services.GetRequiredService<DatabaseReadiness>())))
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

    /// <summary>Adds the background work of a serving process.</summary>
    public static IServiceCollection AddBackgroundWork(this IServiceCollection services) => services
        .AddHostedService(services => services.GetRequiredService<Notifications>())
        .AddHostedService(services => services.GetRequiredService<FeedWatcher>())
        .AddHostedService(services => services.GetRequiredService<FeedNotices>())
        .AddHostedService(services => services.GetRequiredService<GroupCommitLog>())
        .AddHostedService<JourneyWorker>()
        .AddHostedService<PartitionMaintenance>();

    /// <param name="name">The pool's name in metrics.</param>
    /// <param name="isShared">Whether tenants share the sessions.</param>
    private static PrimarySessions NewSessions(IServiceProvider services, string connectionString, string name, bool isShared)
    {
        var options = services.GetRequiredService<IOptions<DatabaseOptions>>().Value;
        var clock = services.GetRequiredService<TimeProvider>();
        var log = services.GetService<ILoggerFactory>();
        return new PrimarySessions(
            connectionString, servers => new SessionPool(ApiDataSource.Create(servers, options, clock, name, log), isShared));
    }
}
